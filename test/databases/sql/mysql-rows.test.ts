import { afterAll, beforeAll, expect, test } from "vitest";
import { readSqlSchemas } from "../../../shared/databases/sql/row-schema.ts";
import { scanSqlTable } from "../../../shared/databases/sql/rows.ts";
import type { Sql } from "../../../shared/databases/sql/sql.ts";
import {
  logicalName,
  type Row,
  type RowSource,
  type TableSchema,
} from "../../../shared/verify/row-source.ts";
import { addDigests, digestText } from "../../../shared/verify/table-digest.ts";
import { verifyCopy } from "../../../shared/verify/verify-copy.ts";
import { loadFixture, openLabSecret, sourceOf } from "../../verify/fixture-source.ts";
import { everyTypeIn } from "./every-type.ts";
import { loadIntoSql } from "./load-fixture.ts";
import { type OwnMariadb, ownMariadb } from "./own-mariadb.ts";
import { type OwnPostgresql, ownPostgresql } from "./own-postgresql.ts";
import { sourceOfSql, WHERE } from "./source-of-sql.ts";

const FIXTURE = "ledger-postgres.jsonl.gz";
let mariadb: OwnMariadb;
let postgresql: OwnPostgresql;
beforeAll(async () => {
  [mariadb, postgresql] = await Promise.all([ownMariadb(), ownPostgresql()]);
}, 60_000);
afterAll(async () => {
  await Promise.all([mariadb?.end(), postgresql?.end()]);
});

async function readAll(sql: Sql, schema: TableSchema, segments = 1) {
  const rows: Row[] = [];
  let digest = 0n;
  for (let segment = 0; segment < segments; segment++)
    for await (const page of scanSqlTable(sql, schema, segment, segments)) {
      rows.push(...page.rows);
      digest = addDigests(digest, page.digest);
    }
  return { rows, digest: digestText(digest) };
}

test("the real Ledger's rows have the same digests on MariaDB as on PostgreSQL, and verify the same", async () => {
  const other = await postgresql.make("ledger");
  await loadIntoSql(mariadb.sql, FIXTURE);
  await loadIntoSql(other, FIXTURE);
  const [here, there] = [await sourceOfSql(mariadb.sql), await sourceOfSql(other)];
  expect(here.tables).toEqual(there.tables);
  for (const [index, table] of here.tables.entries()) {
    const [found, expected] = [
      await readAll(mariadb.sql, table),
      await readAll(other, there.tables[index] as TableSchema),
    ];
    expect(found.digest, table.physical).toBe(expected.digest);
    expect(found.rows).toHaveLength(expected.rows.length);
  }
  const of = { subject: { kind: "copy" }, openSecret: openLabSecret } as const;
  const counts = async (source: RowSource) => {
    const { findings, checked } = await verifyCopy({ ...of, sources: [source] });
    const rows = checked.tables.map(({ physical, rows: count }) => `${physical} ${count}`);
    return { findings: findings.map(({ check, key }) => `${check} ${key}`).sort(), rows: rows.sort() };
  };
  expect(await counts(here)).toEqual(await counts(sourceOf(loadFixture(FIXTURE))));
});

const SCHEMA = everyTypeIn("kinds");

test("values of every type come as they were written, as from PostgreSQL, and NULL as null", async () => {
  const { sql } = mariadb;
  const other = await postgresql.make("every_type");
  await sql.query("CREATE DATABASE kinds");
  await other.query("CREATE SCHEMA kinds");
  await sql.query(`CREATE TABLE kinds.every (id INT, yes BOOLEAN, large BIGINT, ratio REAL, score DOUBLE, words LONGTEXT,
    bytes LONGBLOB, day DATE, hour TIME(6), moment DATETIME(3), instant DATETIME(3), PRIMARY KEY (id))`);
  await other.query(`CREATE TABLE kinds.every (id int, yes boolean, large bigint, ratio real, score double precision,
    words text, bytes bytea, day date, hour time, moment timestamp, instant timestamptz, PRIMARY KEY (id))`);
  const words = "ア\u{1F600}\"'\\\t\u0001`\nUSE `x`;";
  const bytes = Buffer.from([0, 1, 255]);
  // The driver of Java hands a float over as a double with all the digits of one.
  const common = [1, true, "9007199254740993", Math.fround(3.3333333), -0.1, words, bytes, "2024-02-29"];
  const times = ["23:59:59.123456", "2024-02-29 23:59:59.120"];
  await sql.query("INSERT INTO kinds.every VALUES (?)", [[...common, ...times, "2024-02-29 14:59:59.999"]]);
  await sql.query("INSERT INTO kinds.every (id, yes, large) VALUES (2, false, -9223372036854775808)");
  await other.query("INSERT INTO kinds.every VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", [
    ...common,
    ...times,
    "2024-02-29 23:59:59.999+09",
  ]);
  await other.query("INSERT INTO kinds.every (id, yes, large) VALUES (2, false, -9223372036854775808)");
  const found = await readAll(sql, SCHEMA);
  expect(found).toEqual(await readAll(other, SCHEMA));
  expect(found.rows).toEqual([
    {
      id: 1,
      yes: true,
      large: 9007199254740993n,
      ratio: Math.fround(3.3333333),
      score: -0.1,
      words,
      bytes: new Uint8Array(bytes),
      day: "2024-02-29",
      hour: "23:59:59.123456",
      moment: "2024-02-29 23:59:59.12",
      instant: "2024-02-29 14:59:59.999",
    },
    {
      ...Object.fromEntries(Object.keys(SCHEMA.columns).map((name) => [name, null])),
      id: 2,
      yes: false,
      large: -9223372036854775808n,
    },
  ]);
});

test("every row is read once however many segments there are, and one that is left gives its connection back", async () => {
  const { sql } = mariadb;
  await sql.query("CREATE DATABASE wide");
  await sql.query("CREATE TABLE wide.t (id INT PRIMARY KEY, words TEXT CHARACTER SET latin1)");
  await sql.query("INSERT INTO wide.t SELECT seq, 'accté/N' FROM wide.seq_1_to_5000");
  const schema: TableSchema = { ...SCHEMA, physical: "wide.t", columns: { id: "int", words: "text" } };
  const whole = await readAll(sql, schema);
  expect(whole.rows[0]).toEqual({ id: 1, words: "accté/N" });
  expect((await readAll(sql, schema, 4)).digest).toBe(whole.digest);
  expect(whole.rows).toHaveLength(5000);
  for (let attempt = 0; attempt < 20; attempt++)
    for await (const page of scanSqlTable(sql, schema, 0, 1, 10)) {
      expect(page.rows).toHaveLength(10);
      break;
    }
  expect(await sql.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a scan sees one moment, whatever is written while it lasts", async () => {
  const { sql } = mariadb;
  await sql.query("CREATE DATABASE moment");
  await sql.query("CREATE TABLE moment.t (id INT PRIMARY KEY, words TEXT)");
  await sql.query("INSERT INTO moment.t SELECT seq, REPEAT('b', 2000) FROM moment.seq_1_to_20000");
  const schema: TableSchema = { ...SCHEMA, physical: "moment.t", columns: { id: "int", words: "text" } };
  const firsts = new Set<unknown>();
  let count = 0;
  for await (const { rows } of scanSqlTable(sql, schema, 0, 1, 100)) {
    if (count === 0) await sql.query("UPDATE moment.t SET words = 'after'");
    count += rows.length;
    for (const row of rows) firsts.add(String(row["words"]).slice(0, 1));
  }
  expect(count).toBe(20_000);
  expect(firsts).toEqual(new Set(["b"]));
});

test("tables of a restored database are read under the names that they have meanwhile", async () => {
  const { sql } = mariadb;
  const tables = await readSqlSchemas(sql, { ...WHERE, rename: { scalar: "scalar_0123abcd" } });
  expect(tables.find((table) => logicalName(table) === "scalar.asset")?.physical).toBe(
    "scalar_0123abcd.asset",
  );
});
