import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { StatusOutput } from "../../functions/cli/json/gates.ts";
import { lockingFolder } from "../../shared/catalog/file/folder-lock.ts";
import { guardsIn } from "../cli/guards.ts";
import { until } from "../cli/until.ts";
import { expectTrueWindows } from "./kills.ts";
import { openFrom } from "./true-gate.ts";
import {
  areOpen,
  areShut,
  type Database,
  isSettled,
  newWorld,
  ONE_SWEEP_MS,
  startDatabase,
  untilShut,
  type World,
} from "./world.ts";

/** Long enough for the one who woke up to do its worst meanwhile. */
const PAUSE = { hold: "2s", longest: "7s" };

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
}, 30_000);
afterAll(() => database[Symbol.asyncDispose]());

const resultOf = ({ stdout }: { stdout: string }) => BackupOutput.parse(JSON.parse(stdout));

async function guardOf({ catalog }: World): Promise<number> {
  const [guard] = await guardsIn(catalog);
  if (guard === undefined) throw new Error("no guard has begun");
  return guard;
}

// Mostly they wait.
describe.concurrent("a freeze", () => {
  test("of a backup until a second one holds the same instances makes it invalid, and leaves them to the second", async (context) => {
    const { instances, world } = await newWorld(context, database, { pause: PAUSE });
    const first = world.start("backup", "--json");
    await untilShut(first, instances);
    first.child.kill("SIGSTOP");
    // Its guard opens everything at the deadline, and gives its lease back.
    await until(() => isSettled(world));
    expect(areShut(instances)).toBe(false);

    const second = world.startUnhurried("backup", "--json");
    await untilShut(second, instances);
    first.child.kill("SIGCONT");
    const [slept, held] = (await Promise.all([first.ended, second.ended])).map(resultOf);
    expect(slept).toMatchObject({ verdict: "invalid", stillPaused: [] });
    expect(slept?.reasons.join("\n")).toContain("is held by another pause by now and was left alone");
    expect(held).toMatchObject({ verdict: "valid", reasons: [] });
    await expectTrueWindows(world, instances.gates);
    const points = (await world.catalog.points.list()).records;
    expect(points.map(({ pause }) => pause)).toEqual([held?.pause]);
  });

  test("of a backup beyond its deadline while an instance drains makes it invalid, and leaves nothing paused", async (context) => {
    const { instances, world } = await newWorld(context, database, { pause: PAUSE });
    const [draining] = instances.gates;
    await draining?.gate.letIn();
    const backup = world.start("backup", "--json");
    await until(() => draining?.gate.checkPaused() === true);
    backup.child.kill("SIGSTOP");
    await until(() => isSettled(world));
    backup.child.kill("SIGCONT");
    const result = resultOf(await backup.ended);
    draining?.gate.letOut();
    expect(result).toMatchObject({ verdict: "invalid", stillPaused: [] });
    expect(instances.gates.map(({ gate }) => gate.checkPaused())).toEqual([false, false]);
    await until(() => isSettled(world));
  });

  test("of a host, guard and all, ends with everything open as soon as it goes on", async (context) => {
    const { instances, world } = await newWorld(context, database, { pause: PAUSE });
    const backup = world.start("backup", "--json");
    await untilShut(backup, instances);
    const frozen = [Number(backup.child.pid), await guardOf(world)];
    for (const pid of frozen) process.kill(pid, "SIGSTOP");
    const { deadlineMs = 0 } = (await world.records()).find(({ state }) => state === "open") ?? {};
    await until(() => Date.now() > deadlineMs);
    expect(areShut(instances)).toBe(true);
    const wokenMs = Date.now();
    for (const pid of frozen) process.kill(pid, "SIGCONT");
    const result = resultOf(await backup.ended);
    expect(result).toMatchObject({ verdict: "invalid", stillPaused: [] });
    await until(() => isSettled(world));
    for (const gate of instances.gates) expect(openFrom(gate, wokenMs) - wokenMs).toBeLessThan(ONE_SWEEP_MS);
    await expectTrueWindows(world, instances.gates);
  });

  test("of a process in the middle of a write to the catalog delays nothing but the record", async (context) => {
    const { instances, world } = await newWorld(context, database);
    const backup = world.start("backup");
    await untilShut(backup, instances);
    // Its lock, as a frozen process would hold it.
    const { promise: thawed, resolve: thaw } = Promise.withResolvers<void>();
    const frozen = lockingFolder(join(world.folder, "catalog", "pauses"), () => thawed);
    backup.child.kill("SIGKILL");
    const [{ deadlineMs } = { deadlineMs: 0 }] = await world.records();
    await until(() => areOpen(instances));
    const opened = Math.max(...instances.gates.map((gate) => openFrom(gate, deadlineMs)));
    expect(opened - deadlineMs).toBeLessThan(ONE_SWEEP_MS);
    thaw();
    await frozen;
    await until(() => isSettled(world));
  });
});

test("where backup and guard are both dead, a watch opens at the deadline, and status says who is alive", async (context) => {
  const { instances, world } = await newWorld(context, database, { pause: PAUSE });
  const backup = world.start("backup");
  await untilShut(backup, instances);
  const dead = [Number(backup.child.pid), await guardOf(world)];
  for (const pid of dead) process.kill(pid, "SIGKILL");
  const { deadlineMs = 0 } = (await world.records()).find(({ state }) => state === "open") ?? {};
  const watch = world.start("sweep", "--watch");
  await until(() => areOpen(instances));
  const overdueMs = Math.max(...instances.gates.map((gate) => openFrom(gate, deadlineMs))) - deadlineMs;
  // The watch looks every 10 s; it has waited for the deadline itself.
  expect(overdueMs).toBeLessThan(ONE_SWEEP_MS);

  const status = await world.start("status", "--json").ended;
  const { sweeps } = StatusOutput.parse(JSON.parse(status.stdout));
  expect(sweeps.filter(({ state }) => state !== "ended")).toMatchObject([
    { kind: "guard", process: dead[1], state: "lost" },
    { kind: "watch", process: watch.child.pid, state: "alive" },
  ]);
  const told = (await world.start("status").ended).stdout;
  expect(told).toMatch(/^ {2}alive {6}watch on .* seen .* ago$/m);
  expect(told).toMatch(/^ {2}LOST {7}guard of backup-payments-/m);
  watch.child.kill("SIGTERM");
  await watch.ended;
  await until(async () =>
    (await world.start("sweep").ended).stdout.includes("closed: all instances are open"),
  );
  expect((await world.start("status").ended).stdout).toMatch(/^ {2}alive {6}none; /m);
});
