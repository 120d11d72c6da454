import { once } from "node:events";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { StatusOutput, SweepOutput, UnpauseOutput } from "../../functions/cli/json/gates.ts";
import { FailureOutput } from "../../functions/cli/json/output.ts";
import { RestoreOutput } from "../../functions/cli/json/run.ts";
import { stallOf } from "../../rehearsal/ledger/stall.ts";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import { accountKey, countMoney } from "../../rehearsal/scalardb-server/bank.ts";
import type { Transactions } from "../../rehearsal/scalardb-server/transactions.ts";
import { type ScalardbWorld, startScalardbWorld } from "../../rehearsal/scalardb-world.ts";
import { AdminClients } from "../../shared/admin/admin-clients.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { addressOf, type Instance } from "../../shared/pause/instance.ts";
import { instancesOf } from "./instances.ts";
import { disasterUnderLoad, restoreNearest } from "./no-pause.ts";
import { scalarAdmin } from "./scalar-admin.ts";
import { settingsOf } from "./settings.ts";
import { startStillpoint, stillpoint } from "./stillpoint.ts";

const SERVERS = 3;
const ACCOUNTS = 20;
const CLIENTS = 6;
/** Enough for the servers to have found their pace. */
const TRANSFERS = 40;
const LOADED = { timeout: 60_000, interval: 100 };
/** A transaction that died without a decision is given up 15 s after it prepared. */
const RECOVERED = { timeout: 40_000, interval: 500 };
const DEADLINE = { deadlineMs: 10_000 };
/** Short, so that a sweep's deadline can be waited for. */
const PAUSE = { drainWait: "3s", longest: "10s", rpcDeadline: "1s" };
const LONGEST = { timeout: 15_000, interval: 50 };

let world: ScalardbWorld;
let instances: readonly Instance[];
const admin = new AdminClients({ clock: () => Date.now() });

beforeAll(async () => {
  world = await startScalardbWorld({ seed: "story", instances: SERVERS, assets: ACCOUNTS, pause: PAUSE });
  const { tablesMs, serversMs, accountsMs } = world.scalardb.took;
  console.log(`Schema loader ${tablesMs | 0} ms, servers ${serversMs | 0} ms, accounts ${accountsMs | 0} ms`);
  instances = instancesOf(world.scalardb);
});
afterAll(async () => {
  admin.close();
  await world?.close();
});
// What a failed test left behind must not fail the next.
afterEach(() => admin.unpause(instances, DEADLINE));

async function gates(): Promise<readonly string[]> {
  return (await admin.checkPaused(instances, DEADLINE)).map(({ kind }) => kind);
}
const every = (gate: string) => Array(SERVERS).fill(gate);

function anyServer(): Transactions {
  const [server] = world.scalardb.transactions();
  if (server === undefined) throw new Error("no server runs");
  return server;
}

async function expectWholeBank(): Promise<void> {
  const { accounts, total } = await countMoney(anyServer(), world.scalardb.bank);
  expect({ accounts, total }).toEqual({ accounts: ACCOUNTS, total: world.scalardb.bank.total });
}

async function restore(...args: readonly string[]) {
  return stillpoint(world, RestoreOutput, "restore", ...args, "--confirm", DEPLOYMENT);
}

test("a bank that is backed up under load comes back whole, with its settings, and goes on", async () => {
  const tables = ["app.account", "app.pocket", "coordinator.state"].map(world.names);
  const settings = await settingsOf(world, tables);
  expect(JSON.stringify(settings)).toContain("ENABLED");
  const opening = await world.totals();

  const load = world.startLoad(CLIENTS);
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(TRANSFERS), LOADED);
  const fromMs = Date.now();
  const backup = await stillpoint(world, BackupOutput, "backup");
  expect(backup).toMatchObject({ status: 0, said: { verdict: "valid", stillPaused: [] } });
  const { point, window, heldMs } = backup.said;
  if (point === undefined || window === undefined) throw new Error("a valid backup has a point and a window");
  const calls = load.calls().length;
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(calls + TRANSFERS), LOADED);
  const felt = stallOf(load.calls(), fromMs, window.endMs + 1000);
  console.log(
    `Held ${heldMs | 0} ms, margin ${point.marginMs} ms; slowest call ${felt.maxMs} ms, p99 ${felt.p99Ms} ms of ${felt.calls}`,
  );
  // Refused clients come again until the gate is open: they feel a stall, not a failure.
  expect(felt.maxMs).toBeGreaterThan(window.endMs - window.startMs);
  const refused = await restore("--point", point.id);
  expect(refused).toMatchObject({ status: ERRORS.INSTANCES_RUNNING.exit, said: { state: "planned" } });
  const ended = await load.stop();
  expect(stallOf(ended)).toMatchObject({ unknown: 0 });

  await world.stopInstances();
  const restored = await restore("--point", point.id);
  expect(restored).toMatchObject({ status: 0, said: { state: "done", mode: "in-place" } });
  expect(restored.said.result).toMatchObject({
    copies: { proof: { kind: "proven" } },
    replaced: { proof: { kind: "proven" } },
    settingsDifferences: {},
  });
  expect(await settingsOf(world, tables)).toEqual(settings);
  // Nothing commits inside the window, so an answer that arrived there is of before it.
  const committed = ended.filter(
    ({ result, answeredMs }) => result === "committed" && answeredMs <= window.endMs,
  );
  const transactions = opening.transactions + committed.length;
  expect(await world.totals()).toEqual({ ...opening, transactions });

  await world.restartInstances();
  await expectWholeBank();
  const after = world.startLoad(CLIENTS);
  await vi.waitFor(() => expect(after.calls().length).toBeGreaterThan(TRANSFERS), LOADED);
  expect(stallOf(await after.stop()).committed).toBeGreaterThan(TRANSFERS - CLIENTS);
  await expectWholeBank();
});

test("a bank that nobody paused comes back to the quiet second before all servers died at work, and goes on", async () => {
  await expectWholeBank();
  const opening = await world.totals();
  const { calls, struckMs } = await disasterUnderLoad(world, () => world.startLoad(CLIENTS));
  const second = await restoreNearest(world, struckMs);
  const agoMs = struckMs - second * 1000;
  const committed = calls.filter(({ result }) => result === "committed");
  const kept = committed.filter(({ answeredMs }) => answeredMs <= second * 1000).length;
  const unknown = calls.filter(({ result }) => result === "unknown").length;
  const { transactions, ...money } = await world.totals();
  console.log(
    `Restored to ${agoMs} ms before the disaster: ${committed.length - kept} of ${committed.length} lost`,
  );
  expect(agoMs).toBeGreaterThan(0);
  expect(money).toEqual({ assets: ACCOUNTS, balance: opening.balance });
  expect(transactions - opening.transactions).toBeGreaterThanOrEqual(kept);
  expect(transactions - opening.transactions).toBeLessThanOrEqual(kept + unknown);

  await world.restartInstances();
  await vi.waitFor(expectWholeBank, RECOVERED);
  const after = world.startLoad(CLIENTS);
  await vi.waitFor(() => expect(after.calls().length).toBeGreaterThan(TRANSFERS), LOADED);
  expect(stallOf(await after.stop()).committed).toBeGreaterThan(TRANSFERS - CLIENTS);
  await expectWholeBank();
});

test("a transaction that a client left open spoils the window, and every gate is open again", async () => {
  const left = await anyServer().begin();
  await left.get(accountKey("account-0"));
  const { status, said } = await stillpoint(world, BackupOutput, "backup");
  expect(status).toBe(ERRORS.WINDOW_INVALID.exit);
  expect(said).toMatchObject({ verdict: "invalid", stillPaused: [] });
  expect(said).not.toHaveProperty("point");
  const [first] = instances as [Instance];
  const reason = said.reasons.find((each) => each.includes(`"${addressOf(first)}" did not drain`));
  expect(reason).toContain("left a transaction open");
  expect(said.error?.message).toContain(reason);
  expect(await gates()).toEqual(every("open"));
  await left.abort();
});

test("a backup leaves alone what scalar-admin has paused, and an unpause opens it", async () => {
  expect(await scalarAdmin("PAUSE", instances)).toMatchObject({ exit: 0 });
  const backup = await stillpoint(world, FailureOutput, "backup");
  expect(backup).toMatchObject({ status: ERRORS.ALREADY_PAUSED.exit });
  expect(await gates()).toEqual(every("closed"));
  const { status, said } = await stillpoint(world, UnpauseOutput, "unpause");
  expect(status).toBe(0);
  expect(said.found.map(({ gate }) => gate)).toEqual(every("closed"));
  expect(said.now.map(({ gate }) => gate)).toEqual(every("open"));
  expect(await gates()).toEqual(every("open"));
});

// Last: the killed backup's lease outlives it by minutes.
test("a sweep opens what a lost host left paused, once the deadline has passed, and then forgets it", async () => {
  const backup = startStillpoint(world, "backup");
  await vi.waitFor(async () => expect(await gates()).toEqual(every("closed")), LONGEST);
  backup.kill("SIGKILL");
  await once(backup, "close");
  // Its guard would open everything by itself; here the whole host is lost.
  const { said: status } = await stillpoint(world, StatusOutput, "status");
  const [guard] = status.sweeps.filter(({ kind, state }) => kind === "guard" && state === "alive");
  process.kill(guard?.process ?? Number.NaN, "SIGKILL");
  const early = await stillpoint(world, SweepOutput, "sweep");
  expect(early).toMatchObject({ status: 0, said: { records: [{ kind: "not-due" }] } });
  expect(await gates()).toEqual(every("closed"));
  await expect(anyServer().begin()).rejects.toMatchObject({ kind: "refused" });

  const [record] = early.said.records;
  const deadlineMs = record?.kind === "not-due" ? record.deadlineMs : Number.NaN;
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(deadlineMs), LONGEST);
  const addresses = instances.map(addressOf);
  const due = await stillpoint(world, SweepOutput, "sweep");
  expect(due).toMatchObject({ status: 0, said: { records: [{ kind: "unsettled", unpaused: addresses }] } });
  expect(await gates()).toEqual(every("open"));
  await (await anyServer().begin()).abort();
  // Seen open twice, a drain wait and an RPC deadline apart: no Pause is on its way any more.
  await vi.waitFor(async () => {
    const { said } = await stillpoint(world, SweepOutput, "sweep");
    expect(said.records).toMatchObject([{ kind: "closed" }]);
  }, LONGEST);
  expect(await stillpoint(world, SweepOutput, "sweep")).toMatchObject({ said: { records: [] } });
});
