import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { DescribeContinuousBackupsCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { stallOf } from "../../rehearsal/ledger/stall.ts";
import { countMoney } from "../../rehearsal/scalardb-server/bank.ts";
import { startTransfers } from "../../rehearsal/scalardb-server/transfer-load.ts";
import { AdminClients } from "../../shared/admin/admin-clients.ts";
import { openDynamodb, restoreByHand } from "./restore-by-hand.ts";
import { type PeersWorld, startPeersWorld } from "./world.ts";

const TABLES = ["peers_app.account", "peers_app.pocket", "peers_coordinator.state"];
const SERVERS = 3;
const ACCOUNTS = 20;
const CLIENTS = 6;
const DEADLINE = { deadlineMs: 10_000 };
const DRAIN = { drainWaitMs: 20_000, deadlineMs: 25_000 };
/** Enough for the servers to have found their pace. */
const TRANSFERS = 40;
/** Two whole seconds hold one that is wholly inside. */
const HOLD_MS = 2_100;

let world: PeersWorld;
let dynamodb: DynamoDBClient;
let admin: AdminClients;

beforeAll(async () => {
  world = await startPeersWorld({ servers: SERVERS, accounts: ACCOUNTS });
  dynamodb = openDynamodb(world.dynamodb);
  admin = new AdminClients({ clock: () => Date.now() });
});
afterAll(async () => {
  admin?.close();
  dynamodb?.destroy();
  await world?.close();
});

function startLoad(seed: string) {
  const { bank, transactions } = world.scalardb;
  return startTransfers({ bank, servers: transactions(), clients: CLIENTS, seed });
}

async function money() {
  const [any] = world.scalardb.transactions();
  if (any === undefined) throw new Error("no server runs");
  return countMoney(any, world.scalardb.bank);
}

/** Rows of a table that are not COMMITTED in a second, as a restore to it would cut them. */
function inDoubt(second: number): number {
  return ["peers_app.account", "peers_app.pocket"]
    .flatMap((table) => world.dynamodb.itemsAt(table, { second }))
    .filter((item) => (item["tx_state"] as { N: string }).N !== "3").length;
}

async function pauseAll(): Promise<{ startMs: number; endMs: number }> {
  const paused = await admin.pause(world.instances(), DRAIN);
  expect(paused.map(({ kind }) => kind)).toEqual(Array(SERVERS).fill("paused"));
  const startMs = Math.max(...paused.map(({ answeredMs }) => answeredMs));
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThanOrEqual(startMs + HOLD_MS), { timeout: 10_000 });
  const held = await admin.checkPaused(world.instances(), DEADLINE);
  expect(held.map(({ kind }) => kind)).toEqual(Array(SERVERS).fill("closed"));
  const endMs = Math.min(...held.map(({ sentMs }) => sentMs));
  await admin.unpause(world.instances(), DEADLINE);
  const open = await admin.checkPaused(world.instances(), DEADLINE);
  expect(open.map(({ kind }) => kind)).toEqual(Array(SERVERS).fill("open"));
  return { startMs, endMs };
}

test("ScalarDB's own schema loader sets up recovery and auto scaling through our layer", async () => {
  for (const TableName of [...TABLES, "peers_scalardb.metadata"]) {
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
  const index = "table/peers_app.account/index/peers_app.account.global_index.region";
  const resources = [...TABLES.map((table) => `table/${table}`), index];
  expect(new Set(ScalableTargets?.map(({ ResourceId }) => ResourceId))).toEqual(new Set(resources));
});

test("the bank comes back to the middle of a pause under load, and goes on", async () => {
  const load = startLoad("before");
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(TRANSFERS), {
    timeout: 60_000,
    interval: 100,
  });
  const { startMs, endMs } = await pauseAll();
  const second = Math.ceil(startMs / 1000);
  expect((second + 1) * 1000).toBeLessThanOrEqual(endMs);
  expect(inDoubt(second)).toBe(0);

  const calls = load.calls().length;
  await vi.waitFor(() => expect(load.calls().length).toBeGreaterThan(calls + TRANSFERS), {
    timeout: 60_000,
    interval: 100,
  });
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
  await vi.waitFor(() => expect(after.calls().length).toBeGreaterThan(TRANSFERS), {
    timeout: 60_000,
    interval: 100,
  });
  expect(stallOf(await after.stop()).committed).toBeGreaterThan(TRANSFERS - CLIENTS);
  expect(await money()).toMatchObject({ accounts: ACCOUNTS, total: world.scalardb.bank.total });
});
