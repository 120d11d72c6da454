import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { DescribeContinuousBackupsCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { stallOf } from "../../../rehearsal/ledger/stall.ts";
import { countMoney } from "../../../rehearsal/scalardb-server/bank.ts";
import { startTransfers } from "../../../rehearsal/scalardb-server/transfer-load.ts";
import { type ScalardbWorld, startScalardbWorld } from "../../../rehearsal/scalardb-world.ts";
import { AdminClients } from "../../../shared/admin/admin-clients.ts";
import { seededRandom } from "../../verify/journal-replay.ts";
import { truthOf } from "../../verify/journal-truth.ts";
import { journalOf, judgeCopies } from "../copies.ts";
import { instancesOf } from "../instances.ts";
import { openDynamodb, restoreByHand } from "../restore-by-hand.ts";

const PREFIX = "prod_";
const TABLES = [`${PREFIX}app.account`, `${PREFIX}app.pocket`, `${PREFIX}coordinator.state`];
const SERVERS = 3;
const ACCOUNTS = 20;
const CLIENTS = 6;
const DEADLINE = { deadlineMs: 10_000 };
const DRAIN = { drainWaitMs: 20_000, deadlineMs: 25_000 };
/** Enough for the servers to have found their pace. */
const TRANSFERS = 40;
/** Two whole seconds hold one that is wholly inside. */
const HOLD_MS = 2_100;
const COPIES = 300;
const COPIES_INSIDE = 20;
const LOADED = { timeout: 60_000, interval: 100 };

let world: ScalardbWorld;
let dynamodb: DynamoDBClient;
let admin: AdminClients;

beforeAll(async () => {
  world = await startScalardbWorld({ seed: "by-hand", instances: SERVERS, assets: ACCOUNTS });
  dynamodb = openDynamodb(world.dynamodb);
  admin = new AdminClients({ clock: () => Date.now() });
});
afterAll(async () => {
  admin?.close();
  dynamodb?.destroy();
  await world?.close();
});

function startLoad(seed: string, options: { clients: number; restMs?: number } = { clients: CLIENTS }) {
  const { bank, transactions } = world.scalardb;
  return startTransfers({ bank, servers: transactions(), seed, ...options });
}

async function money() {
  const [any] = world.scalardb.transactions();
  if (any === undefined) throw new Error("no server runs");
  return countMoney(any, world.scalardb.bank);
}

/** Rows of a table that are not COMMITTED in a second, as a restore to it would cut them. */
function inDoubt(second: number): number {
  return TABLES.slice(0, 2)
    .flatMap((table) => world.dynamodb.itemsAt(table, { second }))
    .filter((item) => (item["tx_state"] as { N: string }).N !== "3").length;
}

async function pauseAll(): Promise<{ startMs: number; endMs: number }> {
  const paused = await admin.pause(instancesOf(world.scalardb), DRAIN);
  expect(paused.map(({ kind }) => kind)).toEqual(Array(SERVERS).fill("paused"));
  const startMs = Math.max(...paused.map(({ answeredMs }) => answeredMs));
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThanOrEqual(startMs + HOLD_MS), { timeout: 10_000 });
  const held = await admin.checkPaused(instancesOf(world.scalardb), DEADLINE);
  expect(held.map(({ kind }) => kind)).toEqual(Array(SERVERS).fill("closed"));
  const endMs = Math.min(...held.map(({ sentMs }) => sentMs));
  await admin.unpause(instancesOf(world.scalardb), DEADLINE);
  const open = await admin.checkPaused(instancesOf(world.scalardb), DEADLINE);
  expect(open.map(({ kind }) => kind)).toEqual(Array(SERVERS).fill("open"));
  return { startMs, endMs };
}

test("ScalarDB's own schema loader sets up recovery and auto scaling through our layer", async () => {
  for (const TableName of [...TABLES, `${PREFIX}scalardb.metadata`]) {
    const { ContinuousBackupsDescription } = await dynamodb.send(
      new DescribeContinuousBackupsCommand({ TableName }),
    );
    expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe(
      "ENABLED",
    );
  }
  const { endpoint, region } = world.dynamodb;
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const scaling = new ApplicationAutoScalingClient({ endpoint, region, credentials });
  const { ScalableTargets } = await scaling.send(
    new DescribeScalableTargetsCommand({ ServiceNamespace: "dynamodb" }),
  );
  scaling.destroy();
  const index = `table/${PREFIX}app.account/index/${PREFIX}app.account.global_index.region`;
  const resources = [...TABLES.map((table) => `table/${table}`), index];
  expect(new Set(ScalableTargets?.map(({ ResourceId }) => ResourceId))).toEqual(new Set(resources));
});

test("copies from outside the pause are never proven where they are broken, and its own are proven", async () => {
  const load = startLoad("copies", { clients: 2, restMs: 700 });
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(10), LOADED);
  const { startMs, endMs } = await pauseAll();
  const loaded = load.calls().length;
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(loaded + 10), LOADED);
  await load.stop();

  const journal = journalOf(world.dynamodb, PREFIX, [...TABLES, `${PREFIX}scalardb.metadata`]);
  // All on one machine, so on one clock. A commit's time is read somewhat before its row is written.
  const clocks = { scalarClockBoundMs: 100, databaseSkewMs: 0, transactionLifeMs: 60_000 };
  const window = { startMs, endMs };
  const copying = { journal, truth: truthOf(journal), clocks, random: seededRandom(3), window };
  const inside = await judgeCopies(copying, Array(COPIES_INSIDE).fill(Math.ceil(startMs / 1000)));
  expect(inside).toMatchObject({ broken: 0, wholeDisproven: 0 });
  const fromMs = Math.min(...load.calls().map(({ sentMs }) => sentMs));
  const instants = Array.from(
    { length: COPIES },
    () => fromMs + copying.random() * (journal.lastMs - fromMs),
  );
  const seconds = instants.map((ms) => ms / 1000);
  const outside = await judgeCopies(
    { journal, truth: copying.truth, clocks, random: copying.random },
    seconds,
  );
  console.log(
    `Copies inside the pause: ${JSON.stringify(inside)}; at any second: ${JSON.stringify(outside)}`,
  );
  expect(outside).toMatchObject({ brokenProven: 0, wholeDisproven: 0 });
  expect(outside.broken).toBeGreaterThan(0);
});

test("the bank comes back to the middle of a pause under load, and goes on", async () => {
  const load = startLoad("before");
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(TRANSFERS), LOADED);
  const { startMs, endMs } = await pauseAll();
  const second = Math.ceil(startMs / 1000);
  expect((second + 1) * 1000).toBeLessThanOrEqual(endMs);
  expect(inDoubt(second)).toBe(0);

  const calls = load.calls().length;
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(calls + TRANSFERS), LOADED);
  const felt = stallOf(await load.stop());
  expect(felt.committed).toBeGreaterThan(TRANSFERS);
  // Refused clients come again until the gate is open: they feel a stall, not a failure.
  expect(felt.maxMs).toBeGreaterThan(HOLD_MS);
  expect(await money()).toMatchObject({ accounts: ACCOUNTS, total: world.scalardb.bank.total });

  await world.scalardb.stopServers();
  await Promise.all(TABLES.map((table) => restoreByHand(dynamodb, table, second)));
  await world.scalardb.startServers();

  expect(await money()).toMatchObject({ accounts: ACCOUNTS, total: world.scalardb.bank.total });
  const after = startLoad("after");
  await vi.waitFor(() => expect(after.calls().length).toBeGreaterThan(TRANSFERS), LOADED);
  expect(stallOf(await after.stop()).committed).toBeGreaterThan(TRANSFERS - CLIENTS);
  expect(await money()).toMatchObject({ accounts: ACCOUNTS, total: world.scalardb.bank.total });
});
