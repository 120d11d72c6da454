import { afterAll, beforeAll, expect, test } from "vitest";
import { openPostgresqlSql } from "../../../shared/databases/sql/postgresql.ts";
import { readSqlSchemas } from "../../../shared/databases/sql/row-schema.ts";
import { scanSqlTable } from "../../../shared/databases/sql/rows.ts";
import type { Sql } from "../../../shared/databases/sql/sql.ts";
import type { VerificationReport } from "../../../shared/verify/report.ts";
import { logicalName, type Row, type TableSchema } from "../../../shared/verify/row-source.ts";
import { addDigests, digestText } from "../../../shared/verify/table-digest.ts";
import { verifyCopy } from "../../../shared/verify/verify-copy.ts";
import { loadFixture, openLabSecret, sourceOf } from "../../verify/fixture-source.ts";
import { everyTypeIn } from "./every-type.ts";
import { loadIntoSql } from "./load-fixture.ts";
import { type OwnPostgresql, ownPostgresql } from "./own-postgresql.ts";
import { sourceOfSql, WHERE } from "./source-of-sql.ts";

let own: OwnPostgresql;
beforeAll(async () => {
  own = await ownPostgresql();
});
afterAll(() => own?.end());

async function filled(file: string): Promise<Sql> {
  const sql = await own.make(file.replaceAll(/\W/g, "_"));
  await loadIntoSql(sql, file);
  return sql;
}

test.each([
  "ledger-postgres.jsonl.gz",
  "ledger-jdbc-read-committed-broken-postgres.jsonl.gz",
  "scalardb-group-commit-postgres.jsonl",
  "scalardb-write-set-postgres.jsonl",
])("verification of %s finds the same on the server as in the file", async (file) => {
  const fixture = sourceOf(loadFixture(file));
  const loaded = await sourceOfSql(await filled(file));
  expect(loaded.tables.map(withoutOrder)).toEqual(
    fixture.tables.map(withoutOrder).sort((one, other) => (one.physical < other.physical ? -1 : 1)),
  );
  const of = { subject: { kind: "copy" }, openSecret: openLabSecret } as const;
  const [expected, found] = [
    await verifyCopy({ ...of, sources: [fixture] }),
    await verifyCopy({ ...of, sources: [loaded] }),
  ];
  expect(comparable(found)).toEqual(comparable(expected));
});

/** Digests are of what a database has stored, and order within a table is nobody's promise. */
function comparable({ checked, findings, ...rest }: VerificationReport) {
  const tables = checked.tables.map(({ digest, ...table }) => table);
  return {
    ...rest,
    checked: { ...checked, tables: tables.sort((one, other) => (one.physical < other.physical ? -1 : 1)) },
    findings: findings.map(({ check, key }) => `${check} ${key}`).sort(),
  };
}

function withoutOrder(table: TableSchema) {
  return { ...table, secondaryIndexes: [...table.secondaryIndexes].sort() };
}

const SCHEMA = everyTypeIn("app");

async function everyType(): Promise<Sql> {
  const sql = await own.make("every_type");
  await sql.query("CREATE SCHEMA app");
  await sql.query(`CREATE TABLE app.every (id int, yes boolean, large bigint, ratio real, score double precision,
    words text, bytes bytea, day date, hour time, moment timestamp, instant timestamptz, PRIMARY KEY (id))`);
  return sql;
}

test("values of every type come as they were written, and NULL as null", async () => {
  const sql = await everyType();
  await sql.query(
    "INSERT INTO app.every VALUES (1, true, 9007199254740993, 3.3333333, -0.1, $1, $2, '2024-02-29', '23:59:59.123456', '2024-02-29 23:59:59.120', '2024-02-29 23:59:59.999+09')",
    ["ア\u{1F600}\"'\\\t\u0001`", Buffer.from([0, 1, 255])],
  );
  await sql.query("INSERT INTO app.every (id) VALUES (2)");
  const rows = await rowsOf(sql, SCHEMA, 1);
  expect(rows).toEqual([
    {
      id: 1,
      yes: true,
      large: 9007199254740993n,
      ratio: Math.fround(3.3333333),
      score: -0.1,
      words: "ア\u{1F600}\"'\\\t\u0001`",
      bytes: new Uint8Array([0, 1, 255]),
      day: "2024-02-29",
      hour: "23:59:59.123456",
      moment: "2024-02-29 23:59:59.12",
      instant: "2024-02-29 14:59:59.999",
    },
    Object.fromEntries(Object.keys(SCHEMA.columns).map((name) => [name, name === "id" ? 2 : null])),
  ]);
});

async function rowsOf(sql: Sql, schema: TableSchema, segments: number): Promise<Row[]> {
  return (await readAll(sql, schema, segments)).rows;
}

async function readAll(sql: Sql, schema: TableSchema, segments: number) {
  const rows: Row[] = [];
  let digest = 0n;
  const sizes: number[] = [];
  for (let segment = 0; segment < segments; segment++)
    for await (const page of scanSqlTable(sql, schema, segment, segments)) {
      rows.push(...page.rows);
      sizes.push(page.rows.length);
      digest = addDigests(digest, page.digest);
    }
  return { rows, digest: digestText(digest), sizes };
}

const WIDE: TableSchema = { ...SCHEMA, physical: "app.wide", columns: { id: "int", words: "text" } };

test("every row is read once in any number of segments, pages stay small, and the digest is the same", async () => {
  const sql = await own.make("wide");
  await sql.query("CREATE SCHEMA app");
  await sql.query("CREATE TABLE app.wide (id int PRIMARY KEY, words text) WITH (fillfactor = 10)");
  await sql.query("INSERT INTO app.wide SELECT n, repeat('x', 600) FROM generate_series(1, 5000) n");
  const whole = await readAll(sql, WIDE, 1);
  expect(whole.rows).toHaveLength(5000);
  expect(Math.max(...whole.sizes)).toBe(1000);
  for (const segments of [2, 3, 7]) {
    const found = await readAll(sql, WIDE, segments);
    expect(found.digest).toBe(whole.digest);
    expect(new Set(found.rows.map((row) => row["id"])).size).toBe(5000);
    expect(found.rows).toHaveLength(5000);
  }
  await sql.query("UPDATE app.wide SET words = 'y' WHERE id = 4321");
  expect((await readAll(sql, WIDE, 2)).digest).not.toBe(whole.digest);
});

test("a scan sees one moment, whatever is written while it lasts", async () => {
  const sql = await own.make("moment");
  await sql.query("CREATE SCHEMA app");
  await sql.query("CREATE TABLE app.wide (id int PRIMARY KEY, words text)");
  await sql.query("INSERT INTO app.wide SELECT n, 'before' FROM generate_series(1, 3000) n");
  const seen: Row[] = [];
  for await (const page of scanSqlTable(sql, WIDE, 0, 1, 100)) {
    if (seen.length === 0) await sql.query("UPDATE app.wide SET words = 'after'");
    seen.push(...page.rows);
  }
  expect(seen).toHaveLength(3000);
  expect(new Set(seen.map((row) => row["words"]))).toEqual(new Set(["before"]));
});

test("a scan that is left in the middle gives its connection back", async () => {
  const sql = own.open("moment");
  for (let attempt = 0; attempt < 10; attempt++)
    for await (const page of scanSqlTable(sql, WIDE, 0, 1, 10)) {
      expect(page.rows).toHaveLength(10);
      break;
    }
  expect(await sql.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("row-level security never hides rows silently", async () => {
  const sql = await own.make("secured");
  await sql.query("CREATE SCHEMA app; CREATE TABLE app.wide (id int PRIMARY KEY, words text)");
  await sql.query(
    "INSERT INTO app.wide VALUES (1, 'hidden'); ALTER TABLE app.wide ENABLE ROW LEVEL SECURITY",
  );
  await sql.query("CREATE ROLE reader LOGIN PASSWORD 'reads'; GRANT USAGE ON SCHEMA app TO reader");
  await sql.query("GRANT SELECT ON app.wide TO reader");
  const reader = openPostgresqlSql({ ...own.address("secured"), user: "reader", password: "reads" });
  await expect(rowsOf(reader, WIDE, 1)).rejects.toMatchObject({ code: "DATABASE_DENIED" });
  reader.close();
});

test("a text database of another encoding is read as the same text", async () => {
  const sql = await own.make("latin", "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  await sql.query("CREATE SCHEMA app; CREATE TABLE app.wide (id int PRIMARY KEY, words text)");
  await sql.query("INSERT INTO app.wide VALUES (1, 'accté/N')");
  expect(await rowsOf(sql, WIDE, 1)).toEqual([{ id: 1, words: "accté/N" }]);
});

test("tables of the fixture are named as the metadata names them", async () => {
  const sql = own.open("ledger_postgres_jsonl_gz");
  const tables = await readSqlSchemas(sql, { ...WHERE, rename: { scalar: "elsewhere" } });
  expect(tables.find((table) => logicalName(table) === "scalar.asset")?.physical).toBe("scalar.asset");
});
