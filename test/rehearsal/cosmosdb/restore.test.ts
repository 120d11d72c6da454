import { expect, test } from "vitest";
import {
  ahead,
  asset,
  assets,
  createContainer,
  documents,
  refusal,
  restore,
  second,
  startLedger,
} from "./azure.ts";

async function put(container: ReturnType<typeof assets>, id: string, balance: number) {
  await container.items.upsert(asset(id, 0, balance));
}

test("a restore makes a new account from what was written before the second", async () => {
  const azure = await startLedger();
  const source = assets(azure.ledger);
  await put(source, "a", 1);
  await put(source, "b", 1);
  ahead(azure, 5_000);
  const at = second(azure.cosmosdb.now() - 2_000);
  await put(source, "a", 2);
  await source.item("b:0", "b").delete();
  ahead(azure, 200_000);
  const account = await restore(azure, { from: azure.ledger, to: "restored", at });
  expect(account.provisioningState).toBe("Succeeded");
  expect(account.instanceId).not.toBe(azure.ledger.instanceId);
  const copy = assets(azure.cosmosdb.account("restored"));
  const { resources } = await copy.items.readAll<ReturnType<typeof asset>>().fetchAll();
  expect(resources.map(({ id, values }) => [id, values.balance]).sort()).toEqual([
    ["a:0", 1],
    ["b:0", 1],
  ]);
});

test("a restore later than the latest restorable timestamp fails after it was accepted", async () => {
  const azure = await startLedger();
  ahead(azure, 200_000);
  await put(assets(azure.ledger), "a", 1);
  ahead(azure, 2_000);
  const at = second(azure.cosmosdb.now());
  const poller = restore(azure, { from: azure.ledger, to: "restored", at });
  await expect(poller).rejects.toThrow(/later than the latest restorable timestamp/);
  const account = await azure.client.databaseAccounts.get(azure.group, "restored");
  expect(account.provisioningState).toBe("Failed");
});

test("a restore into the future is refused", async () => {
  const azure = await startLedger();
  const at = second(azure.cosmosdb.now() + 3_000);
  await refusal(restore(azure, { from: azure.ledger, to: "restored", at }), "BadRequest");
});

test("a partition is cut as a whole, and each at its own instant of the second", async () => {
  const azure = await startLedger();
  const { cosmosdb, ledger } = azure;
  const container = assets(ledger);
  await container.scripts.storedProcedures.create({ id: "mutate.js", body: "function mutate() {}" });
  const ids = Array.from({ length: 24 }, (_, n) => `asset-${n}`);
  const write = async (id: string, balance: number) => {
    const query = (age: number) => `select * from Record r where r.id = "${id}:${age}"`;
    const records = [asset(id, 0, balance), asset(id, 1, balance)];
    const procedure = container.scripts.storedProcedure("mutate.js");
    await procedure.execute(id, [2, 0, 0, ...records, query(0), query(1)]);
  };
  for (const id of ids) await write(id, 1);
  ahead(azure, 5_000);
  // So that the second writes are made around the middle of a second.
  ahead(azure, 1_000 - (cosmosdb.now() % 1_000) + 450);
  const at = second(cosmosdb.now());
  await Promise.all(ids.map((id) => write(id, 2)));
  ahead(azure, 200_000);
  await restore(azure, { from: ledger, to: "restored", at });
  const copy = assets(cosmosdb.account("restored"));
  const { resources } = await copy.items.readAll<ReturnType<typeof asset>>().fetchAll();
  const balances = (id: string) =>
    resources.filter((one) => one.concatenatedPartitionKey === id).map(({ values }) => values.balance);
  const cut = ids.map(balances);
  expect(cut.every(([first, another]) => first === another)).toBe(true);
  expect(new Set(cut.map(([first]) => first))).toEqual(new Set([1, 2]));
});

test("a container comes back with the settings that it had at that second", async () => {
  const azure = await startLedger();
  const { client, cosmosdb, group, ledger } = azure;
  await createContainer(azure, "brief", 3_600);
  ahead(azure, 5_000);
  const at = second(cosmosdb.now() - 2_000);
  await createContainer(azure, "brief", 7_200);
  ahead(azure, 200_000);
  await restore(azure, { from: ledger, to: "restored", at });
  const ttl = async (account: string) => {
    const { resource } = await client.sqlResources.getSqlContainer(group, account, "scalar", "brief");
    return resource?.defaultTtl;
  };
  expect([await ttl("ledger"), await ttl("restored")]).toEqual([7_200, 3_600]);
});

test("a copy can be restored in its turn", async () => {
  const azure = await startLedger();
  const { cosmosdb, ledger } = azure;
  await put(assets(ledger), "a", 1);
  ahead(azure, 5_000);
  const at = second(cosmosdb.now() - 2_000);
  ahead(azure, 200_000);
  await restore(azure, { from: ledger, to: "first", at });
  ahead(azure, 200_000);
  const first = cosmosdb.account("first");
  await restore(azure, { from: first, to: "second", at: second(cosmosdb.now() - 2_000) });
  const copy = documents(cosmosdb.account("second")).database("scalar").container("asset");
  expect((await copy.items.readAll().fetchAll()).resources).toHaveLength(1);
});
