import { afterEach, expect, test } from "vitest";
import { type RehearsalCosmosdb, startCosmosdb } from "../../../../rehearsal/cosmosdb/cosmosdb.ts";
import { startLoad } from "../../../../rehearsal/ledger/clients.ts";
import { ruinCosmosdb } from "../../../../rehearsal/ledger/cosmosdb/disaster.ts";
import { cosmosdbClient, endpointOf } from "../../../../rehearsal/ledger/cosmosdb/endpoint.ts";
import { openCosmosdbStorage } from "../../../../rehearsal/ledger/cosmosdb/storage.ts";
import { cosmosdbTotals } from "../../../../rehearsal/ledger/cosmosdb/totals.ts";
import { ACCOUNT, ASSET, CONTRACT_CLASS, LEDGER_TABLES } from "../../../../rehearsal/ledger/ledger-tables.ts";
import { openLedger } from "../../../../rehearsal/ledger/open-ledger.ts";
import { startInstances } from "../../../../rehearsal/ledger/start-instances.ts";
import { number, text } from "../../../../rehearsal/ledger/value.ts";

const SEED = "test";
const running: RehearsalCosmosdb[] = [];

afterEach(async () => {
  for (const cosmosdb of running.splice(0)) await cosmosdb.close();
});

async function ledger(level = "Strong") {
  const cosmosdb = await startCosmosdb();
  running.push(cosmosdb);
  const account = await cosmosdb.createAccount({
    name: "ledger",
    properties: { consistencyPolicy: { defaultConsistencyLevel: level } },
  });
  const endpoint = endpointOf(cosmosdb, account);
  const open = () => openLedger({ endpoint, prefix: "", seed: SEED, assets: 20, balance: 1_000 });
  return { cosmosdb, endpoint, client: cosmosdbClient(endpoint), open };
}

test("a ledger opens on Cosmos DB with its balances, its metadata and a procedure on every container", async () => {
  const { client, open } = await ledger();
  const assets = await open();
  expect(await cosmosdbTotals(client)).toMatchObject({ assets: assets.length, balance: 20_000 });
  const { resources } = await client.database("scalardb").container("metadata").items.readAll().fetchAll();
  expect(resources.map(({ id }) => id).sort()).toEqual(LEDGER_TABLES.map(({ name }) => name).sort());
  for (const { name } of LEDGER_TABLES) {
    const [database = "", container = ""] = name.split(".");
    const procedure = client.database(database).container(container).scripts.storedProcedure("mutate.js");
    expect((await procedure.read()).resource?.id).toBe("mutate.js");
  }
});

test("instances of a ledger on Cosmos DB move money, and none is lost", async () => {
  const { client, endpoint, open } = await ledger();
  const assets = await open();
  await using processes = await startInstances(2, { endpoint, prefix: "", seed: SEED });
  const load = startLoad({
    instances: processes.instances.map(({ clientUrl }) => clientUrl),
    assets,
    clients: 3,
    seed: SEED,
  });
  const committed = () => load.calls().filter(({ result }) => result === "committed").length;
  await expect.poll(committed, { timeout: 20_000 }).toBeGreaterThan(5);
  await load.stop();
  expect((await cosmosdbTotals(client)).balance).toBe(20_000);
}, 40_000);

test("a ledger does not open on an account whose consistency level is not Strong", async () => {
  const { open } = await ledger("Session");
  await expect(open()).rejects.toThrow(/ConsistencyLevel Strong specified in the request is invalid/);
});

test("a storage reads back what it wrote, with texts, numbers and bytes as they were", async () => {
  const { client, open } = await ledger();
  await open();
  const storage = openCosmosdbStorage(client, { prefix: "", grouping: "together" });
  const asset = await storage.get(ASSET, { id: text("acct-0"), age: number(0) });
  expect(asset?.["hash"]?.B).toHaveLength(32);
  expect(asset).toMatchObject({ id: text("acct-0"), age: number(0), tx_state: number(3) });
  const bytes = await storage.get(CONTRACT_CLASS, { binary_name: text("com.example.contract.Transfer") });
  expect(
    Buffer.from(bytes?.["byte_code"]?.B ?? [])
      .subarray(0, 4)
      .toString("hex"),
  ).toBe("cafebabe");
});

test("of mutations in several partitions some may be done when one is refused", async () => {
  const { client, open } = await ledger();
  await open();
  const storage = openCosmosdbStorage(client, { prefix: "", grouping: "together" });
  const insert = (id: string) =>
    ({
      kind: "put",
      table: ACCOUNT,
      key: { id: text(id) },
      columns: { tx_id: text("tx"), tx_state: number(1) },
      cleared: [],
      condition: { kind: "absent" },
    }) as const;
  expect(await storage.mutate([insert("x")])).toBe("done");
  expect(await storage.mutate([insert("x")])).toBe("refused");
  expect(await storage.mutate([insert("x"), insert("y")])).toBe("partly-done");
});

test("a disaster strikes assets behind the ledger's back", async () => {
  const { client, open } = await ledger();
  await open();
  const { overwritten, deleted } = await ruinCosmosdb(client, { seed: SEED, share: 0.3 });
  expect(overwritten + deleted).toBe(6);
  expect((await cosmosdbTotals(client)).balance).toBe(20_000 - (overwritten + deleted) * 1_000);
});
