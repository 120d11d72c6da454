import { afterEach, expect, test, vi } from "vitest";
import { dynamodbStore } from "../../../shared/catalog/dynamodb-store.ts";
import { revisionOf } from "../../../shared/catalog/store.ts";
import { digest, large } from "../large.ts";
import { withAccidents } from "./accident-client.ts";
import { catalogWorld, type World } from "./world.ts";

const { newWorld } = catalogWorld();
afterEach(() => {
  vi.useRealTimers();
});

/** A reader before whose every look at parts the record is rewritten, a limited number of times. */
function overtaken({ table }: World, times: number) {
  const writer = dynamodbStore(table);
  const values: unknown[] = [];
  const reader = withAccidents(table, async ({ operation, input }, through) => {
    const looksAtParts = JSON.stringify(input["ExpressionAttributeValues"] ?? "").includes("parts/");
    if (operation === "Query" && looksAtParts && values.length < times) {
      const value = large(2);
      values.push(value);
      // Its version is all that it takes, and a head can be read without its parts.
      const { version = "" } = (await writer.read("points", "p")) ?? {};
      await writer.write("points", "p", value, version);
    }
    return through();
  });
  return { reader: dynamodbStore(reader), values };
}

test("a record whose parts are gone since it was rewritten is read again, as it is now", async () => {
  const world = await newWorld();
  await dynamodbStore(world.table).write("points", "p", large(2), "absent");
  const { reader, values } = overtaken(world, 2);
  expect(digest((await reader.read("points", "p"))?.value)).toBe(digest(values[1]));
  const listed = overtaken(world, 1);
  const { records, damaged } = await listed.reader.list("points");
  expect(damaged).toEqual([]);
  expect(records.map(({ value }) => digest(value))).toEqual([digest(listed.values[0])]);
});

test("a record that is rewritten faster than it can be read is no damage", async () => {
  const world = await newWorld();
  await dynamodbStore(world.table).write("points", "p", large(2), "absent");
  const { reader } = overtaken(world, Number.POSITIVE_INFINITY);
  await expect(reader.read("points", "p")).rejects.toMatchObject({
    code: "CATALOG_UNREADABLE",
    message: expect.stringContaining("it was replaced 20 times meanwhile"),
  });
});

test("revisions grow although the clock is set back, and those of a catalog made later are higher", async () => {
  const world = await newWorld();
  const store = dynamodbStore(world.table);
  const revisions: number[] = [];
  let version = "absent";
  for (const time of ["2026-11-25T12:00Z", "2026-11-25T11:00Z", "2026-11-25T11:00Z", "2026-11-25T13:00Z"]) {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(time) });
    version = await store.write("runs", "r", 1, version);
    revisions.push(revisionOf(version));
  }
  expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  expect(new Set(revisions).size).toBe(revisions.length);
  const later = dynamodbStore((await newWorld()).table);
  expect(revisionOf(await later.write("runs", "r", 1, "absent"))).toBeGreaterThanOrEqual(
    Math.max(...revisions),
  );
});
