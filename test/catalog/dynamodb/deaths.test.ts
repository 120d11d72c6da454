import { type AttributeValue, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, expect, test, vi } from "vitest";
import { dynamodbStore } from "../../../shared/catalog/dynamodb-store.ts";
import { CHANGES, expectOneOf, hoursLater, isDead } from "../deaths.ts";
import { digest, large } from "../large.ts";
import { connectionReset, serviceError, withAccidents } from "./accident-client.ts";
import { catalogWorld, type World } from "./world.ts";

const { newWorld } = catalogWorld();

afterEach(() => {
  vi.useRealTimers();
});

/** A process that dies at its n-th request, before it is sent or after it was carried out. */
function mortal({ table }: World, deathAt: number, sent: boolean) {
  const life = { requests: 0 };
  const store = dynamodbStore(
    withAccidents(table, async (_, through) => {
      if (life.requests++ < deathAt) return through();
      if (life.requests === deathAt + 1 && sent) await through();
      // Nothing that passes by itself: the dead do not try again.
      throw serviceError("Died");
    }),
  );
  return { store, life };
}

test.each(CHANGES)(
  "wherever a writer dies that puts a $to record over a $from one, one of them is whole",
  async (change) => {
    const valueIn = (size: string, state: string) => (size === "large" ? { state, ...large(2) } : { state });
    const before = valueIn(change.from, "open");
    const after = valueIn(change.to, "closed");
    for (const sent of [false, true]) {
      for (let deathAt = 0; ; deathAt++) {
        const world = await newWorld();
        const store = dynamodbStore(world.table);
        const first = await store.write("pauses", "p", before, "absent");
        const dead = await isDead(mortal(world, deathAt, sent).store.write("pauses", "p", after, first));
        const version = await expectOneOf(store, [before, after]);
        hoursLater();
        await store.write("pauses", "p", { state: "closed", ...large(2) }, version);
        vi.useRealTimers();
        const { parts = [], leftovers = [] } = world.items();
        expect({ parts: parts.length, leftovers: leftovers.length }).toEqual({ parts: 2, leftovers: 0 });
        if (!dead) break;
      }
    }
  },
);

test("wherever a runner dies that appends a large entry, the journal is whole and goes on", async () => {
  for (const sent of [false, true]) {
    for (let deathAt = 0; ; deathAt++) {
      const world = await newWorld();
      const store = dynamodbStore(world.table);
      const entry = large(2);
      const dead = await isDead(mortal(world, deathAt, sent).store.append("run", 0, entry));
      const entries = await store.journal("run");
      expect([[], [digest(entry)]]).toContainEqual(entries.map(digest));
      hoursLater();
      await store.append("run", entries.length, large(1.9));
      vi.useRealTimers();
      expect(world.items()["leftovers"]).toBeUndefined();
      expect(world.items()["parts"]).toHaveLength(2 * (entries.length + 1));
      if (!dead) break;
    }
  }
});

test("parts of a writer at work are left alone, however many others tidy meanwhile", async () => {
  const world = await newWorld();
  const others = dynamodbStore(world.table);
  const value = large(3);
  const slow = withAccidents(world.table, async ({ operation }, through) => {
    if (operation === "TransactWriteItems") await others.write("points", "other", large(2), "absent");
    return through();
  });
  await dynamodbStore(slow).write("points", "slow", value, "absent");
  expect(digest((await others.read("points", "slow"))?.value)).toBe(digest(value));
});

test("a writer that slept until its parts were given up is refused, and changes nothing", async () => {
  const world = await newWorld();
  const others = dynamodbStore(world.table);
  const first = await others.write("points", "slow", "before", "absent");
  let tidied = 0;
  const asleep = withAccidents(world.table, async ({ operation }, through) => {
    if (operation === "TransactWriteItems") {
      hoursLater();
      await others.write("points", `other-${tidied++}`, large(2), "absent");
      vi.useRealTimers();
    }
    return through();
  });
  await expect(dynamodbStore(asleep).write("points", "slow", large(2), first)).rejects.toMatchObject({
    code: "CATALOG_UNREADABLE",
    message: expect.stringContaining("given up; nothing was written"),
  });
  expect((await others.read("points", "slow"))?.value).toBe("before");
  await expect(dynamodbStore(asleep).append("run", 0, large(2))).rejects.toMatchObject({
    code: "CATALOG_UNREADABLE",
    message: expect.stringContaining("given up; nothing was written"),
  });
  expect(await others.journal("run")).toEqual([]);
});

test("a draft that was announced again long after its record was written costs the record nothing", async () => {
  const world = await newWorld();
  let announce: (() => Promise<unknown>) | undefined;
  const delayed = withAccidents(world.table, async ({ input }, through) => {
    const { pk } = (input["Item"] ?? {}) as { pk?: { S: string } };
    if (pk?.S !== "leftovers" || announce !== undefined) return through();
    announce = through;
    throw connectionReset();
  });
  const value = large(2);
  await dynamodbStore(delayed).write("points", "p", value, "absent");
  await announce?.();
  expect(world.items()["leftovers"]).toHaveLength(1);
  hoursLater();
  const store = dynamodbStore(world.table);
  await store.write("points", "other", large(2), "absent");
  expect(world.items()["leftovers"]).toBeUndefined();
  expect(digest((await store.read("points", "p"))?.value)).toBe(digest(value));
});

test("parts that somebody removed by hand are damage, and hide no other record", async () => {
  const world = await newWorld();
  const store = dynamodbStore(world.table);
  const version = await store.write("points", "torn", large(2), "absent");
  await store.write("points", "whole", 1, "absent");
  await store.append("run", 0, large(2));
  const gone = withAccidents(world.table, async ({ operation, input }, through) => {
    const answer = (await through()) as { Items?: unknown[] };
    const partition = JSON.stringify(input["ExpressionAttributeValues"] ?? "");
    return operation === "Query" && partition.includes("parts/") ? { ...answer, Items: [] } : answer;
  });
  const reader = dynamodbStore(gone);
  const { records, damaged } = await reader.list("points");
  expect(records.map(({ id }) => id)).toEqual(["whole"]);
  expect(damaged).toMatchObject([{ code: "CATALOG_DAMAGED", message: expect.stringContaining('"torn"') }]);
  await expect(reader.read("points", "torn")).rejects.toMatchObject({ code: "CATALOG_DAMAGED" });
  await expect(reader.journal("run")).rejects.toMatchObject({ code: "CATALOG_DAMAGED" });
  await store.write("points", "torn", "mended", version);
  expect((await reader.read("points", "torn"))?.value).toBe("mended");
});

test.each(["draft", "dropped"])("a %s of an earlier version goes with its parts", async (state) => {
  const world = await newWorld();
  const { client, table: TableName } = world.table;
  const put = (item: Record<string, AttributeValue>) =>
    client.send(new PutItemCommand({ TableName, Item: item }));
  const token = "0a1b2c3d-0000-4000-8000-000000000000";
  const parts = { N: "1" };
  const of = { ofPk: { S: "pauses" }, ofSk: { S: "p" } };
  await put({
    pk: { S: "leftovers" },
    sk: { S: token },
    state: { S: state },
    parts,
    sinceMs: { N: "1" },
    ...of,
  });
  await put({ pk: { S: `parts/${token}` }, sk: { S: "0000000000" }, bytes: { B: Buffer.from([1]) } });
  await dynamodbStore(world.table).write("pauses", "p", { state: "closed", ...large(2) }, "absent");
  const { parts: left = [], leftovers = [] } = world.items();
  expect(leftovers).toEqual([]);
  expect(left.map(({ pk }) => pk?.["S"])).not.toContain(`parts/${token}`);
});
