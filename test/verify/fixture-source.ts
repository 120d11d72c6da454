import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { canonicalItem, type Item, rowOfItem } from "../../shared/databases/dynamodb/row-item.ts";
import { tableSchemaOf } from "../../shared/databases/dynamodb/row-schema.ts";
import type { ColumnType, Row, RowSource, TableSchema, Value } from "../../shared/verify/row-source.ts";
import { logicalName } from "../../shared/verify/row-source.ts";
import { addDigests, recordDigest } from "../../shared/verify/table-digest.ts";
import { DEFAULT_NAMESPACES, isTransactional, roleOf } from "../../shared/verify/table-role.ts";

const FOLDER = join(import.meta.dirname, "../fixtures/ledger");

/** Tables with their rows in memory, which tests may change. */
export interface MemoryTables {
  readonly tables: readonly TableSchema[];
  readonly rows: ReadonlyMap<string, Row[]>;
}

interface Line {
  readonly table: string;
  readonly item?: unknown;
  readonly row?: Record<string, unknown>;
}

export function fixtureText(file: string): string {
  const bytes = readFileSync(join(FOLDER, file));
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** A fixture file with rows of either database. */
export function loadFixture(file: string, prefix = ""): MemoryTables {
  const lines = fixtureText(file)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
  return lines[0]?.item === undefined ? postgresTables(lines) : dynamoTables(lines, prefix);
}

function dynamoTables(lines: readonly Line[], prefix: string): MemoryTables {
  const items = lines.map(({ table, item }) => ({ table, item: itemOfJson(item) }));
  return dynamoItems(items, prefix);
}

/** DynamoDB tables from their items; the metadata table's own items say which tables there are. */
export function dynamoItems(items: readonly { table: string; item: Item }[], prefix: string): MemoryTables {
  const metadata = items
    .filter(({ table }) => table === `${prefix}scalardb.metadata`)
    .map(({ item }) => item);
  const naming = { prefix, namespaces: DEFAULT_NAMESPACES };
  const tables = metadata.map((item) =>
    tableSchemaOf({ metadata: item, physicalName: item["table"]?.S ?? "" }, naming),
  );
  const rows = new Map(tables.map((table): [string, Row[]] => [logicalName(table), []]));
  const byPhysical = new Map(tables.map((table) => [table.physical, logicalName(table)]));
  for (const { table, item } of items) rows.get(byPhysical.get(table) ?? "")?.push(rowOfItem(item));
  return { tables, rows };
}

/** DynamoDB-JSON with B in base64, as the SDK would hand it over. */
export function itemOfJson(json: unknown): Item {
  return Object.fromEntries(
    Object.entries(json as Record<string, Record<string, unknown>>).map(([name, value]) => [
      name,
      attributeOfJson(value),
    ]),
  );
}

export function attributeOfJson(value: Record<string, unknown>): AttributeValue {
  if (typeof value["B"] === "string") return { B: Uint8Array.from(Buffer.from(value["B"], "base64")) };
  if (value["M"] !== undefined) return { M: itemOfJson(value["M"]) as Record<string, AttributeValue> };
  if (Array.isArray(value["L"])) return { L: value["L"].map(attributeOfJson) };
  return value as unknown as AttributeValue;
}

interface MetadataRow {
  readonly full_table_name: string;
  readonly column_name: string;
  readonly data_type: string;
  readonly key_type: "PARTITION" | "CLUSTERING" | null;
  readonly indexed: boolean;
  readonly ordinal_position: number;
}

function postgresTables(lines: readonly Line[]): MemoryTables {
  const metadata = lines
    .filter(({ table }) => table === "scalardb.metadata")
    .map(({ row }) => row as unknown as MetadataRow);
  const tables = [...Map.groupBy(metadata, (row) => row.full_table_name)].map(([name, columns]) =>
    postgresSchema(name, columns),
  );
  const rows = new Map(tables.map((table): [string, Row[]] => [logicalName(table), []]));
  for (const { table, row } of lines) rows.get(table)?.push(postgresRow(row ?? {}, schemaOf(tables, table)));
  return { tables, rows };
}

function postgresSchema(name: string, described: readonly MetadataRow[]): TableSchema {
  const [namespace = "", table = ""] = name.split(".");
  const ordered = described.toSorted((left, right) => left.ordinal_position - right.ordinal_position);
  const columns = Object.fromEntries(
    ordered.map((each) => [each.column_name, each.data_type.toLowerCase() as ColumnType]),
  );
  const named = (some: (each: MetadataRow) => boolean) =>
    ordered.filter(some).map((each) => each.column_name);
  return {
    physical: name,
    namespace,
    table,
    role: roleOf(namespace, table, columns, DEFAULT_NAMESPACES),
    transactional: isTransactional(columns),
    partitionKey: named((each) => each.key_type === "PARTITION"),
    clusteringKey: named((each) => each.key_type === "CLUSTERING"),
    columns,
    secondaryIndexes: named((each) => each.indexed),
  };
}

function schemaOf(tables: readonly TableSchema[], name: string): TableSchema | undefined {
  return tables.find((table) => logicalName(table) === name);
}

function postgresRow(row: Record<string, unknown>, schema: TableSchema | undefined): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]): [string, Value] => [
      name,
      schema?.columns[name] === "blob" && typeof value === "string"
        ? Uint8Array.from(Buffer.from(value.slice(2), "hex"))
        : (value as Value),
    ]),
  );
}

/** Pages of 7 rows dealt out to the segments in turn. */
export function sourceOf({ tables, rows }: MemoryTables): RowSource {
  return {
    tables,
    async *scan(table, segment, segments) {
      const all = rows.get(logicalName(table)) ?? [];
      const part = all.filter((_, position) => position % segments === segment);
      for (let start = 0; start < part.length; start += 7) {
        const page = part.slice(start, start + 7);
        yield {
          rows: page,
          digest: page.reduce((sum, row) => addDigests(sum, rowDigest(row)), 0n),
          keyAt: (index) => rowKeyOf(table, page[index] ?? {}),
        };
      }
    },
  };
}

/** What this source calls a row: its key columns as a JSON list. */
export function rowKeyOf({ partitionKey, clusteringKey }: TableSchema, row: Row): string {
  return JSON.stringify([...partitionKey, ...clusteringKey].map((column) => row[column] ?? null));
}

function rowDigest(row: Row): bigint {
  const item = Object.entries(row).map(([name, value]) => [
    name,
    { S: value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value) },
  ]);
  return recordDigest(canonicalItem(Object.fromEntries(item)));
}

export function rowsOf(tables: MemoryTables, name: string): Row[] {
  return tables.rows.get(name) ?? [];
}

/** The same tables, with one of them made anew from its rows. */
export function changed(
  tables: MemoryTables,
  name: string,
  change: (rows: readonly Row[]) => readonly Row[],
): MemoryTables {
  const rows = new Map(tables.rows);
  rows.set(name, [...change(rowsOf(tables, name))]);
  return { tables: tables.tables, rows };
}

/** What the lab's HMAC entity signed with; the ledger's cipher key was not kept. */
export const openLabSecret = () => Buffer.from("alice-secret-key");
