import type { Client } from "cassandra-driver";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ruinCassandra } from "../../../../rehearsal/ledger/cassandra/disaster.ts";
import type { CassandraEndpoint } from "../../../../rehearsal/ledger/cassandra/endpoint.ts";
import { cassandraTotals } from "../../../../rehearsal/ledger/cassandra/totals.ts";
import { startLoad } from "../../../../rehearsal/ledger/clients.ts";
import { ACCOUNT, ASSET, ASSET_METADATA, LEDGER_TABLES } from "../../../../rehearsal/ledger/ledger-tables.ts";
import type { Mutation } from "../../../../rehearsal/ledger/mutation.ts";
import { openLedger } from "../../../../rehearsal/ledger/open-ledger.ts";
import { openDatabase } from "../../../../rehearsal/ledger/open-storage.ts";
import { startInstances } from "../../../../rehearsal/ledger/start-instances.ts";
import type { Storage } from "../../../../rehearsal/ledger/storage.ts";
import { number, text } from "../../../../rehearsal/ledger/value.ts";
import { startTestCluster, type TestCluster } from "../../cassandra/cluster.ts";
import { expectEveryType } from "../every-type.ts";

const SEED = "test";
const ASSETS = 20;
const BALANCE = 1_000;
const LOADED = { timeout: 20_000 };

let cluster: TestCluster;
let client: Client;
let endpoint: CassandraEndpoint;
let assets: readonly string[];
let storage: Storage;
let closeStorage: () => Promise<void>;

beforeAll(async () => {
  cluster = await startTestCluster();
  const { addresses, port, dataCenter } = cluster.cassandra;
  endpoint = { kind: "cassandra", contactPoints: addresses, port, dataCenter };
  assets = await openLedger({ endpoint, prefix: "", seed: SEED, assets: ASSETS, balance: BALANCE });
  client = await cluster.connect();
  const database = await openDatabase(endpoint);
  storage = database.openStorage({ prefix: "", grouping: "together" });
  closeStorage = () => database.close();
});
afterAll(async () => {
  await closeStorage?.();
  await cluster?.[Symbol.asyncDispose]();
});

test("its keyspaces are on three nodes, with the tables and indexes as the real schema loader makes them", async () => {
  const { rows } = await client.execute("SELECT name FROM scalardb.namespaces");
  const namespaces = new Set(LEDGER_TABLES.map(({ name }) => name.split(".")[0]));
  expect(new Set(rows.map((row) => row.get("name")))).toEqual(namespaces);
  for (const namespace of namespaces)
    expect(client.metadata.keyspaces[String(namespace)]).toMatchObject({
      strategy: "org.apache.cassandra.locator.SimpleStrategy",
      strategyOptions: { replication_factor: "3" },
    });
  const [keyspace = "", name = ""] = ACCOUNT.name.split(".");
  const { indexes } = await client.metadata.getTable(keyspace, name);
  expect(indexes.map((index) => index.name).sort()).toEqual([
    "account_index_before_region",
    "account_index_region",
  ]);
});

test("instances move money while a node is stopped and started, and none is lost", async () => {
  await using processes = await startInstances(2, { endpoint, prefix: "", seed: SEED });
  const [, , last = ""] = endpoint.contactPoints;
  const load = startLoad({
    instances: processes.instances.map(({ clientUrl }) => clientUrl),
    assets,
    clients: 4,
    seed: SEED,
  });
  const committed = () => load.calls().filter(({ result }) => result === "committed").length;
  await expect.poll(committed, LOADED).toBeGreaterThan(15);
  await cluster.cassandra.stop(last);
  const before = committed();
  await expect.poll(committed, LOADED).toBeGreaterThan(before + 8);
  await cluster.cassandra.start(last);
  await expect.poll(committed, LOADED).toBeGreaterThan(before + 20);
  await load.stop();
  const { assets: counted, balance } = await cassandraTotals(endpoint);
  expect({ counted, balance }).toEqual({ counted: ASSETS, balance: ASSETS * BALANCE });
});

test("what clients saw committed is what the coordinator has", async () => {
  await using processes = await startInstances(2, { endpoint, prefix: "", seed: `${SEED} again` });
  const before = await cassandraTotals(endpoint);
  const load = startLoad({
    instances: processes.instances.map(({ clientUrl }) => clientUrl),
    assets,
    clients: 4,
    seed: `${SEED} again`,
  });
  const committed = () => load.calls().filter(({ result }) => result === "committed").length;
  await expect.poll(committed, LOADED).toBeGreaterThan(30);
  const calls = await load.stop();
  expect(calls.filter(({ result }) => result === "unknown")).toEqual([]);
  expect(await cassandraTotals(endpoint)).toEqual({
    assets: ASSETS,
    balance: ASSETS * BALANCE,
    transactions: before.transactions + committed(),
  });
});

test("every type of column comes back as it was written", async () => {
  await expectEveryType(storage);
});

function fresh(table: Mutation["table"], key: Mutation["key"]): Mutation {
  const columns = { tx_id: text("tx"), tx_state: number(1) };
  return { kind: "put", table, key, columns, cleared: [], condition: { kind: "absent" } };
}

test("records of one partition are written together or not at all", async () => {
  const first = fresh(ASSET, { id: text("both"), age: number(0) });
  const second = fresh(ASSET, { id: text("both"), age: number(1) });
  expect(await storage.mutate([second])).toBe("done");
  expect(await storage.mutate([first, second])).toBe("refused");
  expect(await storage.get(ASSET, first.key)).toBeUndefined();
});

test("records of different partitions are written each by itself", async () => {
  const account = fresh(ACCOUNT, { id: text("half") });
  const metadata = fresh(ASSET_METADATA, { asset_id: text("half") });
  expect(await storage.mutate([metadata])).toBe("done");
  expect(await storage.mutate([account, metadata])).toBe("partly-done");
});

// Last: what it destroys is gone.
test("a clean-up script strikes the share of the assets that it is told to", async () => {
  const { overwritten, deleted } = await ruinCassandra(endpoint, { seed: SEED, share: 0.5 });
  expect(overwritten).toBeGreaterThan(0);
  expect(deleted).toBeGreaterThan(0);
  const { assets: left, balance } = await cassandraTotals(endpoint);
  expect(left).toBeLessThan(ASSETS);
  expect(balance).toBeLessThan(ASSETS * BALANCE);
});
