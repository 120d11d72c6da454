import { expect, test } from "vitest";
import { entityKey } from "../../../shared/catalog/azure-table/entity-key.ts";
import { catalogOver } from "../../../shared/catalog/catalog.ts";
import type { Key } from "../../../shared/catalog/parted/item-table.ts";
import { entryKey, markerKey, recordKey } from "../../../shared/catalog/parted/keys.ts";
import { aPause } from "../examples.ts";
import { large } from "../large.ts";
import { azureWorld, type World } from "./world.ts";

const { newWorld } = azureWorld();
const CLOSED = 1_200;
const AT_A_TIME = 50;

/** By hand, as nobody should. */
async function removeByHand({ table: { client } }: World, key: Key): Promise<void> {
  const { partitionKey, rowKey } = entityKey(key);
  await client.deleteEntity(partitionKey, rowKey);
}

test("to find one open pause among 1,200 closed ones, two requests are sent, and a list has pages", {
  timeout: 60_000,
}, async () => {
  const { store, storeWith } = await newWorld();
  for (let at = 0; at < CLOSED; at += AT_A_TIME) {
    const ids = Array.from({ length: AT_A_TIME }, (_, index) => `p-${at + index}`);
    await Promise.all(ids.map((id) => store.write("pauses", id, aPause(id, { state: "closed" }), "absent")));
  }
  await catalogOver(store).pauses.create(aPause("p-open"));
  const asked: string[] = [];
  const counting = await storeWith(async ({ method, path }, through) => {
    asked.push(`${method} ${path}`);
    return through();
  });
  const { pauses } = catalogOver(counting);
  expect((await pauses.open()).records.map(({ id }) => id)).toEqual(["p-open"]);
  expect(asked).toHaveLength(2);
  await pauses.update("p-open", (record) => ({ ...record, state: "closed" }));
  expect((await pauses.open()).records).toEqual([]);
  asked.length = 0;
  expect((await pauses.list()).records).toHaveLength(CLOSED + 1);
  expect(asked).toHaveLength(2);
});

test("parts that somebody removed are damage, and hide no other record", async () => {
  const world = await newWorld();
  const { store, table } = world;
  const version = await store.write("points", "torn", large(2), "absent");
  await store.append("run", 0, large(2));
  for await (const { partitionKey = "", rowKey = "" } of table.client.listEntities())
    if (partitionKey.startsWith("parts")) await table.client.deleteEntity(partitionKey, rowKey);
  await store.write("points", "whole", 1, "absent");
  const { records, damaged } = await store.list("points");
  expect(records.map(({ id }) => id)).toEqual(["whole"]);
  expect(damaged).toMatchObject([{ code: "CATALOG_DAMAGED", message: expect.stringContaining('"torn"') }]);
  await expect(store.read("points", "torn")).rejects.toMatchObject({ code: "CATALOG_DAMAGED" });
  await expect(store.journal("run")).rejects.toMatchObject({ code: "CATALOG_DAMAGED" });
  await store.write("points", "torn", "mended", version);
  expect((await store.read("points", "torn"))?.value).toBe("mended");
});

test("a gap in a journal is damage", async () => {
  const world = await newWorld();
  for (const index of [0, 1, 2]) await world.store.append("run", index, index);
  await removeByHand(world, entryKey("run", 1));
  await expect(world.store.journal("run")).rejects.toMatchObject({
    code: "CATALOG_DAMAGED",
    message: expect.stringMatching(
      /journal "run" in table "t[0-9a-f]+" in account "devstoreaccount1": entry 1 is missing/,
    ),
  });
});

test("a marker without its record is damage, and a pause that lost its marker can still be closed", async () => {
  const world = await newWorld();
  const { store } = world;
  await store.write("pauses", "gone", aPause("gone"), "absent");
  const version = await store.write("pauses", "unmarked", aPause("unmarked"), "absent");
  await removeByHand(world, recordKey("pauses", "gone"));
  await removeByHand(world, markerKey("pauses", "unmarked"));
  expect(await store.listOpen("pauses")).toMatchObject({
    records: [],
    damaged: [{ code: "CATALOG_DAMAGED", message: expect.stringContaining('"gone" of "pauses"') }],
  });
  await store.write("pauses", "unmarked", aPause("unmarked", { state: "closed" }), version);
  expect((await store.read("pauses", "unmarked"))?.value).toMatchObject({ state: "closed" });
});

test("ids that differ only where keys are cut or spelt are different records", async () => {
  const { store } = await newWorld();
  const long = "日本/".repeat(2_000);
  const ids = ["a/b", "a~2fb", "a@b", "a\u0085b", "a\u007fb", "A/b", `${long}1`, `${long}2`];
  for (const id of ids) await store.write("runs", id, { of: id }, "absent");
  for (const id of ids) expect((await store.read("runs", id))?.value).toEqual({ of: id });
  expect((await store.list("runs")).records.map(({ id }) => id)).toEqual([...ids].sort());
});
