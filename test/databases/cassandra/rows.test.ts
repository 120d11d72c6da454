import { types } from "cassandra-driver";
import { expect, test } from "vitest";
import type { CqlRow } from "../../../shared/databases/cassandra/cql.ts";
import { rowOfCql } from "../../../shared/databases/cassandra/row-value.ts";
import { scanCqlTable } from "../../../shared/databases/cassandra/rows.ts";
import { rowOfSql } from "../../../shared/databases/sql/row-value.ts";
import type { Page } from "../../../shared/verify/row-source.ts";
import { addDigests } from "../../../shared/verify/table-digest.ts";

const { LocalDate, LocalTime } = types;
const MURMUR3 = "org.apache.cassandra.dht.Murmur3Partitioner";

const COLUMNS = {
  b: "boolean",
  i: "int",
  l: "bigint",
  f: "float",
  d: "double",
  t: "text",
  bl: "blob",
  da: "date",
  ti: "time",
  ts: "timestamptz",
} as const;

const FULL: CqlRow = {
  b: true,
  i: -5,
  l: 7n,
  f: Math.fround(1.1),
  d: 1e300,
  t: "text",
  bl: Buffer.from("pool of other bytes").subarray(3, 5),
  da: LocalDate.fromString("1969-12-31"),
  ti: LocalTime.fromString("23:59:59.120000000"),
  ts: new Date("2024-02-29T12:34:56.780Z"),
};

test("values are the same as from SQL, so that digests can be compared", () => {
  const ofSql = {
    b: true,
    i: -5,
    l: 7,
    f: 1.1,
    d: 1e300,
    t: "text",
    bl: Buffer.from("l "),
    da: "1969-12-31",
    ti: "23:59:59.12",
    ts: "2024-02-29 12:34:56.78+00",
  };
  expect(rowOfCql(FULL, COLUMNS)).toEqual(rowOfSql(ofSql, COLUMNS));
});

test("integers beyond what a number holds stay exact, on both sides", () => {
  for (const value of [2n ** 53n - 1n, 2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n]) {
    const { l } = rowOfCql({ l: value }, { l: "bigint" });
    expect(BigInt(l as bigint)).toBe(value);
    expect(typeof l).toBe(value === 2n ** 53n - 1n ? "number" : "bigint");
  }
});

test.each([
  ["00:00:00", "00:00:00"],
  ["10:20:30", "10:20:30"],
  ["23:59:59.123456789", "23:59:59.123456789"],
  ["23:59:59.100000000", "23:59:59.1"],
])("time %s is spelled %s", (text, spelled) => {
  expect(rowOfCql({ t: LocalTime.fromString(text) }, { t: "time" })).toEqual({ t: spelled });
});

test.each([
  ["1969-12-31T23:59:59.999Z", "1969-12-31 23:59:59.999"],
  ["2000-01-01T00:00:00.000Z", "2000-01-01 00:00:00"],
  ["2000-01-01T00:00:10.100Z", "2000-01-01 00:00:10.1"],
])("moment %s is spelled %s", (text, spelled) => {
  expect(rowOfCql({ t: new Date(text) }, { t: "timestamptz" })).toEqual({ t: spelled });
});

test("a moment that no date holds is refused, not taken for another", () => {
  expect(() => rowOfCql({ t: new Date(Number.NaN) }, { t: "timestamptz" })).toThrow(
    expect.objectContaining({ code: "DATABASE_REFUSED" }),
  );
});

test("NULL is absent, what is empty is not", () => {
  const row = { t: "", bl: Buffer.alloc(0), i: 0, b: false, d: null };
  expect(rowOfCql(row, COLUMNS)).toEqual({ t: "", bl: new Uint8Array(), i: 0, b: false });
});

const SCHEMA = {
  namespace: "app",
  table: 'od"d',
  partitionKey: ["p", "q"],
  columns: { p: "int", q: "text", 'we"ird': "text" },
} as const;

/** Gives these rows whatever it is asked, one to a page. */
function pagesOf(rows: readonly CqlRow[]) {
  const asked: string[] = [];
  return {
    asked,
    pages: async function* (text: string) {
      asked.push(text);
      for (const row of rows) yield [row];
    },
  };
}

async function allOf(pages: AsyncIterable<Page>): Promise<Page> {
  let all: Page = { rows: [], digest: 0n };
  for await (const { rows, digest } of pages)
    all = { rows: [...all.rows, ...rows], digest: addDigests(all.digest, digest) };
  return all;
}

test("a table is asked for in ranges of its partition keys' token, names quoted", async () => {
  const cql = pagesOf([]);
  for (const segment of [0, 1, 2])
    await allOf(scanCqlTable(cql, SCHEMA, { segment, segments: 3, partitioner: MURMUR3 }));
  await allOf(scanCqlTable(cql, SCHEMA, { segment: 0, segments: 1, partitioner: MURMUR3 }));
  const select = 'SELECT "p", "q", "we""ird" FROM "app"."od""d"';
  const token = 'token("p", "q")';
  expect(cql.asked).toEqual([
    `${select} WHERE ${token} <= -3074457345618258603`,
    `${select} WHERE ${token} > -3074457345618258603 AND ${token} <= 3074457345618258602`,
    `${select} WHERE ${token} > 3074457345618258602`,
    select,
  ]);
});

test("with another partitioner the first segment is the table, the others are empty", async () => {
  const cql = pagesOf([{ p: 1, q: "a" }]);
  const part = { segments: 3, partitioner: "org.apache.cassandra.dht.RandomPartitioner" };
  const counts = await Promise.all(
    [0, 1, 2].map(
      async (segment) => (await allOf(scanCqlTable(cql, SCHEMA, { ...part, segment }))).rows.length,
    ),
  );
  expect(counts).toEqual([1, 0, 0]);
  expect(cql.asked).toEqual(['SELECT "p", "q", "we""ird" FROM "app"."od""d"']);
});

test("a digest tells one value from another, and does not care about the order of rows", async () => {
  const one = { p: 1, q: "a", 'we"ird': null };
  const other = { p: 2, q: "a", 'we"ird': "" };
  const part = { segment: 0, segments: 1, partitioner: MURMUR3 };
  const digestOf = async (...rows: CqlRow[]) =>
    (await allOf(scanCqlTable(pagesOf(rows), SCHEMA, part))).digest;
  expect(await digestOf(one, other)).toBe(await digestOf(other, one));
  expect(await digestOf(one, other)).not.toBe(await digestOf(one, { ...other, 'we"ird': null }));
  expect(await digestOf(one)).not.toBe(await digestOf(one, one));
});
