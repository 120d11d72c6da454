import type { Page, TableSchema } from "../../verify/row-source.ts";
import { addDigests, recordDigest } from "../../verify/table-digest.ts";
import { canonicalRow } from "../canonical-row.ts";
import { type Cql, type CqlRow, cqlName } from "./cql.ts";
import { rowOfCql } from "./row-value.ts";
import { isCut, type TokenRange, tokenRange } from "./token-range.ts";

const PAGE = 1_000;

type Schema = Pick<TableSchema, "namespace" | "table" | "columns" | "partitionKey">;

interface Part {
  readonly segment: number;
  readonly segments: number;
  readonly partitioner: string;
  readonly pageSize?: number;
}

/** One of the disjoint ranges of tokens that a table is read in; with another partitioner, the first is the table. */
export async function* scanCqlTable(
  cql: Pick<Cql, "pages">,
  schema: Schema,
  part: Part,
): AsyncGenerator<Page> {
  const { segment, segments, partitioner, pageSize = PAGE } = part;
  const whole = !isCut(partitioner);
  if (whole && segment > 0) return;
  const sorted = Object.keys(schema.columns).sort();
  const text = selectOf(schema, sorted, whole ? {} : tokenRange(segment, segments));
  for await (const rows of cql.pages(text, pageSize)) yield pageOf(rows, schema, sorted);
}

function selectOf(
  { namespace, table, partitionKey }: Schema,
  columns: readonly string[],
  range: TokenRange,
): string {
  const token = `token(${partitionKey.map((name) => cqlName(name)).join(", ")})`;
  const conditions = [
    ...(range.above === undefined ? [] : [`${token} > ${range.above}`]),
    ...(range.upTo === undefined ? [] : [`${token} <= ${range.upTo}`]),
  ];
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  return `SELECT ${columns.map((name) => cqlName(name)).join(", ")} FROM ${cqlName(namespace, table)}${where}`;
}

function pageOf(raw: readonly CqlRow[], { columns }: Schema, sorted: readonly string[]): Page {
  const rows = raw.map((row) => rowOfCql(row, columns));
  return {
    rows,
    digest: rows.reduce((sum, row) => addDigests(sum, recordDigest(canonicalRow(row, sorted))), 0n),
  };
}
