import { expect, test } from "vitest";
import { catalogOver } from "../../../shared/catalog/catalog.ts";
import { dynamodbStore } from "../../../shared/catalog/dynamodb-store.ts";
import { aPause } from "../examples.ts";
import { withAccidents } from "./accident-client.ts";
import { catalogWorld } from "./world.ts";

const { newWorld } = catalogWorld();
const CLOSED = 3_000;
const AT_A_TIME = 50;

test("to find one open pause among 3,000 closed ones, two items are read", { timeout: 120_000 }, async () => {
  const { table } = await newWorld();
  const store = dynamodbStore(table);
  for (let at = 0; at < CLOSED; at += AT_A_TIME) {
    const ids = Array.from({ length: AT_A_TIME }, (_, index) => `p-${at + index}`);
    await Promise.all(ids.map((id) => store.write("pauses", id, aPause(id, { state: "closed" }), "absent")));
  }
  await catalogOver(store).pauses.create(aPause("p-open"));
  const read = { requests: 0, items: 0 };
  const counting = withAccidents(table, async (_, through) => {
    const answer = (await through()) as { Item?: unknown; ScannedCount?: number };
    read.requests++;
    read.items += answer.ScannedCount ?? (answer.Item === undefined ? 0 : 1);
    return answer;
  });
  const { pauses } = catalogOver(dynamodbStore(counting));
  expect((await pauses.open()).records.map(({ id }) => id)).toEqual(["p-open"]);
  expect(read).toEqual({ requests: 2, items: 2 });
  console.log(`One open pause among ${CLOSED} closed: ${read.requests} requests, ${read.items} items read`);
  await pauses.update("p-open", (record) => ({ ...record, state: "closed" }));
  expect((await pauses.open()).records).toEqual([]);
  expect((await pauses.list()).records).toHaveLength(CLOSED + 1);
});

test("a marker seen a moment before its record is no damage, and one without a record is", async () => {
  const { table } = await newWorld();
  const store = dynamodbStore(table);
  await store.write("pauses", "p", aPause("p"), "absent");
  let hidden = 1;
  const early = withAccidents(table, async ({ operation }, through) => {
    const answer = await through();
    return operation === "GetItem" && hidden-- > 0 ? {} : answer;
  });
  expect((await dynamodbStore(early).listOpen("pauses")).records).toHaveLength(1);
  hidden = 2;
  expect(await dynamodbStore(early).listOpen("pauses")).toMatchObject({
    records: [],
    damaged: [{ code: "CATALOG_DAMAGED", message: expect.stringContaining('"p" of "pauses"') }],
  });
});

test("a gap in a journal is damage", async () => {
  const { table } = await newWorld();
  const store = dynamodbStore(table);
  for (const index of [0, 1, 2]) await store.append("run", index, index);
  const gap = withAccidents(table, async ({ operation }, through) => {
    const answer = (await through()) as { Items?: { sk: { S: string } }[] };
    if (operation !== "Query") return answer;
    return { ...answer, Items: answer.Items?.filter(({ sk }) => Number(sk.S) !== 1) };
  });
  await expect(dynamodbStore(gap).journal("run")).rejects.toMatchObject({
    code: "CATALOG_DAMAGED",
    message: expect.stringContaining('journal "run" in table'),
  });
  await expect(dynamodbStore(gap).journal("run")).rejects.toThrow("entry 1 is missing");
});
