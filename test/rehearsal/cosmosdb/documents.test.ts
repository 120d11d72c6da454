import { expect, test } from "vitest";
import { asset, assets, documents, refusal, startLedger } from "./azure.ts";

const AGES = [0, 1, 2];
const IDS = Array.from({ length: 20 }, (_, n) => `asset-${n}`);

async function filled() {
  const azure = await startLedger();
  const container = assets(azure.ledger);
  for (const id of IDS) for (const age of AGES) await container.items.create(asset(id, age, age * 10));
  return { ...azure, container };
}

test("an account answers its consistency level and its regions to a client of its documents", async () => {
  const { ledger } = await startLedger();
  const { resource } = await documents(ledger).getDatabaseAccount();
  expect(resource?.consistencyPolicy).toBe("Strong");
  expect(resource?.readableLocations.map(({ name }) => name)).toEqual(["Japan East"]);
});

test("a client reads databases and containers with their definitions", async () => {
  const { ledger } = await startLedger();
  const client = documents(ledger);
  const { resources: databases } = await client.databases.readAll().fetchAll();
  expect(databases.map(({ id }) => id)).toEqual(["scalar"]);
  const { resource } = await client.database("scalar").container("asset").read();
  expect(resource?.partitionKey?.paths).toEqual(["/concatenatedPartitionKey"]);
});

test("a document is created, read, replaced and deleted under its etag", async () => {
  const { ledger } = await startLedger();
  const container = assets(ledger);
  const { resource: created } = await container.items.create(asset("a", 0, 1));
  const item = container.item("a:0", "a");
  expect((await item.read()).resource).toEqual(created);
  await refusal(container.items.create(asset("a", 0, 2)), 409);
  const { resource: replaced } = await item.replace(asset("a", 0, 3));
  const condition = { type: "IfMatch", condition: String(created?._etag) };
  await refusal(item.replace(asset("a", 0, 4), { accessCondition: condition }), 412);
  expect(replaced?.values.balance).toBe(3);
  await item.delete();
  expect((await item.read()).statusCode).toBe(404);
});

test("a query without a partition key meets the documents of all partitions, page by page", async () => {
  const { container } = await filled();
  const pages = container.items.query("SELECT * FROM c", { maxItemCount: 7 });
  const ids: string[] = [];
  let count = 0;
  while (pages.hasMoreResults()) {
    const { resources } = await pages.fetchNext();
    ids.push(...resources.map(({ id }) => id));
    count++;
  }
  expect(new Set(ids).size).toBe(60);
  expect(count).toBe(9);
  expect((await container.items.readAll().fetchAll()).resources).toHaveLength(60);
});

test("a query filters by comparisons with parameters and by quoted paths", async () => {
  const { container } = await filled();
  const query = 'SELECT c.id FROM c WHERE c.concatenatedPartitionKey >= @from AND c.values["balance"] = 20';
  const parameters = [{ name: "@from", value: "asset-5" }];
  const { resources } = await container.items.query({ query, parameters }).fetchAll();
  expect(resources.map(({ id }) => id).sort()).toEqual([
    "asset-5:2",
    "asset-6:2",
    "asset-7:2",
    "asset-8:2",
    "asset-9:2",
  ]);
});

test("a query over one partition answers that partition alone", async () => {
  const { container } = await filled();
  const { resources } = await container.items
    .query("SELECT * FROM c", { partitionKey: "asset-3" })
    .fetchAll();
  expect(resources.map(({ id }) => id)).toEqual(["asset-3:0", "asset-3:1", "asset-3:2"]);
});

test("a count over all partitions is put together by the client, from its plan", async () => {
  const { container } = await filled();
  const { resources } = await container.items
    .query("SELECT VALUE COUNT(1) FROM c WHERE c.values.balance > 0")
    .fetchAll();
  expect(resources).toEqual([40]);
});

test("an order over all partitions is put together by the client, from its plan", async () => {
  const { container } = await filled();
  const { resources } = await container.items
    .query<{ id: string }>("SELECT * FROM c WHERE c.clusteringKey.age = 1 ORDER BY c.id DESC", {
      maxItemCount: 3,
    })
    .fetchAll();
  const ids = resources.map(({ id }) => id);
  expect(ids).toEqual(
    IDS.map((id) => `${id}:1`)
      .sort()
      .reverse(),
  );
});

test("a query beyond the imitated language is refused as one with a wrong syntax", async () => {
  const { container } = await filled();
  const error = await refusal(container.items.query("SELECT DISTINCT c.id FROM c").fetchAll(), 400);
  expect(error.message).toContain("Syntax error");
});

test("a key that is not the account's is refused, and a read-only one writes nothing", async () => {
  const { ledger } = await startLedger();
  const wrong = documents(ledger, Buffer.from("wrong").toString("base64"));
  await refusal(wrong.databases.readAll().fetchAll(), 401);
  const reader = documents(ledger, ledger.keys.primaryReadonlyMasterKey)
    .database("scalar")
    .container("asset");
  expect((await reader.items.query("SELECT * FROM c").fetchAll()).resources).toEqual([]);
  await refusal(reader.items.create(asset("a", 0)), 403);
});
