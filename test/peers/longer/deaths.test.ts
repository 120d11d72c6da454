import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { BackupOutput } from "../../../functions/cli/json/backup.ts";
import { AdminClients } from "../../../shared/admin/admin-clients.ts";
import type { PauseRecord } from "../../../shared/catalog/model.ts";
import type { Instance } from "../../../shared/pause/instance.ts";
import { guardsIn, isAlive } from "../../cli/guards.ts";
import { until } from "../../cli/until.ts";
import { type Database, startDatabase, startWorld, type World } from "../../deaths/world.ts";
import { type BareServer, startBareServer } from "../bare-server.ts";

/** Java's first answers are slow, and so is a drain that fails. */
const PAUSE = { drainWait: "1s", rpcDeadline: "1s", longest: "7s" };
const ONE_SWEEP_MS = 1_000 + 3 * 1_000;
const DEADLINE = { deadlineMs: 5_000 };

const admin = new AdminClients({ clock: () => Date.now() });
let database: Database;
let servers: readonly [BareServer, BareServer];
let instances: readonly Instance[];
let world: World;

beforeAll(async () => {
  database = await startDatabase();
  servers = await Promise.all([startBareServer(), startBareServer()]);
  instances = servers.map(({ address }) => ({ component: "scalardb-server", ...address }));
});
beforeEach(async () => {
  // Warm, as servers at work are.
  await admin.checkPaused(instances, DEADLINE);
  const addresses = instances.map(({ host, port }) => `${host}:${port}`);
  world = await startWorld(database, addresses, { component: "scalardb-server", pause: PAUSE });
  return () => world[Symbol.asyncDispose]();
});
afterAll(async () => {
  admin.close();
  await Promise.all((servers ?? []).map((server) => server.close()));
  await database?.[Symbol.asyncDispose]();
});

async function gates(): Promise<readonly string[]> {
  return (await admin.checkPaused(instances, DEADLINE)).map(({ kind }) => kind);
}

const areShut = async () => (await gates()).every((gate) => gate === "closed");
const areOpen = async () => (await gates()).every((gate) => gate === "open");

async function onlyRecord(): Promise<PauseRecord> {
  const [record] = await world.records();
  if (record === undefined) throw new Error("the pause is not recorded");
  return record;
}

/** Open within the deadline and one sweep, by what the servers themselves say; then nothing is left to look after. */
async function expectOpenInTime(fromMs: number): Promise<void> {
  await until(areOpen);
  const overdueMs = Date.now() - fromMs;
  console.log(`Seen open ${overdueMs} ms after the moment from which it could be opened`);
  expect(overdueMs).toBeLessThan(ONE_SWEEP_MS);
  await until(async () => (await onlyRecord()).state === "closed");
  await until(async () => !(await guardsIn(world.catalog)).some(isAlive));
  for (const server of servers) await (await server.beginRequest())();
}

test("a backup that is killed while it holds real servers leaves them open at its deadline", async () => {
  const backup = world.start("backup");
  await until(areShut);
  backup.child.kill("SIGKILL");
  const { deadlineMs } = await onlyRecord();
  await until(() => Date.now() > deadlineMs);
  await expectOpenInTime(deadlineMs);
  const next = await world.startUnhurried("backup", "--json").ended;
  expect(BackupOutput.parse(JSON.parse(next.stdout))).toMatchObject({ verdict: "valid", stillPaused: [] });
});

test("a backup that is killed during a drain that a left transaction spoils leaves both servers open", async () => {
  const end = await servers[0].beginRequest();
  const backup = world.start("backup");
  await until(areShut);
  backup.child.kill("SIGKILL");
  const { deadlineMs } = await onlyRecord();
  // The server with the transaction gives its pause up by itself.
  await until(async () => (await gates())[0] === "open");
  expect((await gates())[1]).toBe("closed");
  await until(() => Date.now() > deadlineMs);
  await expectOpenInTime(deadlineMs);
  await end();
});

test("a backup that is frozen beyond its deadline while it holds real servers is invalid", async () => {
  const backup = world.start("backup", "--json");
  await until(areShut);
  backup.child.kill("SIGSTOP");
  const { deadlineMs } = await onlyRecord();
  await until(() => Date.now() > deadlineMs);
  await expectOpenInTime(deadlineMs);
  backup.child.kill("SIGCONT");
  const { stdout } = await backup.ended;
  expect(BackupOutput.parse(JSON.parse(stdout))).toMatchObject({ verdict: "invalid", stillPaused: [] });
  expect(await areOpen()).toBe(true);
});

test("a server that stands still when its backup is killed opens as soon as it goes on", async () => {
  const backup = world.start("backup");
  await until(areShut);
  servers[0].server.process.suspend();
  backup.child.kill("SIGKILL");
  const { deadlineMs } = await onlyRecord();
  await until(() => Date.now() > deadlineMs + 2_000);
  servers[0].server.process.resume();
  await expectOpenInTime(Date.now());
});
