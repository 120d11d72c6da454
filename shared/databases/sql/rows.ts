import type { Page, TableSchema } from "../../verify/row-source.ts";
import { addDigests, recordDigest } from "../../verify/table-digest.ts";
import { canonicalRow } from "../canonical-row.ts";
import { quoted } from "./quote.ts";
import { splitName } from "./row-schema.ts";
import { rowOfSql } from "./row-value.ts";
import type { Sql, SqlEngine, SqlRow } from "./sql.ts";

const PAGE = 1_000;
/** 8 MB at the usual size of a page: few enough questions, and even shares for small tables too. */
const STRIPE_PAGES = 1_024;
/** Before, every range of `ctid` takes a scan of the whole table. */
const RANGES_SINCE = 140_000;

type Reading = Pick<Sql, "engine" | "query" | "stream">;
type Schema = Pick<TableSchema, "physical" | "columns">;

/**
 * One of the disjoint segments that a table is read in, at one moment where there is only one. Several are for copies,
 * which stand still: they are read at different moments.
 */
export async function* scanSqlTable(
  sql: Reading,
  schema: Schema,
  segment: number,
  segments: number,
  pageSize = PAGE,
): AsyncGenerator<Page> {
  const sorted = Object.keys(schema.columns).sort();
  const select = selectOf(sql.engine, schema, sorted);
  for await (const condition of conditionsOf(sql, schema, { segment, segments }))
    for await (const rows of sql.stream(`${select}${condition}`, [], pageSize))
      yield pageOf(rows, schema, sorted);
}

function selectOf(engine: SqlEngine, { physical }: Schema, columns: readonly string[]): string {
  const list = columns.map((name) => quoted(engine, name)).join(", ");
  return `SELECT ${list} FROM ${nameOf(engine, physical)}`;
}

function nameOf(engine: SqlEngine, physical: string): string {
  const { namespace, table } = splitName(physical);
  return quoted(engine, namespace, table);
}

interface Part {
  readonly segment: number;
  readonly segments: number;
}

/** MySQL has nothing like a row's place: there the first segment is the table. */
async function* conditionsOf(sql: Reading, { physical }: Schema, part: Part): AsyncGenerator<string> {
  const pages = part.segments > 1 && sql.engine === "postgresql" ? await pagesOf(sql, physical) : undefined;
  if (pages === undefined) {
    if (part.segment === 0) yield "";
    return;
  }
  yield* stripesOf(pages, part);
}

/**
 * Stripes of a fixed size are dealt out in turn: where each lies does not depend on how large the table is, so the
 * segments stay disjoint even if the server cuts empty pages off meanwhile.
 */
function* stripesOf(pages: number, { segment, segments }: Part): Generator<string> {
  const step = segments * STRIPE_PAGES;
  for (let from = segment * STRIPE_PAGES; from < pages; from += step)
    yield ` WHERE ctid >= '(${from},0)'::tid AND ctid < '(${from + STRIPE_PAGES},0)'::tid`;
}

/** Undefined where it cannot be read in ranges: partitioned tables have their rows elsewhere. */
async function pagesOf(sql: Reading, physical: string): Promise<number | undefined> {
  const [row] = await sql.query(
    `SELECT relkind = 'r' AND current_setting('server_version_num')::int >= ${RANGES_SINCE} AS "inRanges",
            pg_relation_size(oid) / current_setting('block_size')::int AS pages
       FROM pg_class WHERE oid = $1::regclass`,
    [nameOf("postgresql", physical)],
  );
  return row?.["inRanges"] === true ? Number(row["pages"]) : undefined;
}

function pageOf(raw: readonly SqlRow[], { columns }: Schema, sorted: readonly string[]): Page {
  const rows = raw.map((row) => rowOfSql(row, columns));
  return {
    rows,
    digest: rows.reduce((sum, row) => addDigests(sum, recordDigest(canonicalRow(row, sorted))), 0n),
  };
}
