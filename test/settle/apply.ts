import { isDeepStrictEqual } from "node:util";
import type { Change } from "../../shared/settle/change.ts";
import type { SettlementPage } from "../../shared/settle/settlement.ts";
import type { Row, TableSchema, Value } from "../../shared/verify/row-source.ts";
import { logicalName } from "../../shared/verify/row-source.ts";
import { type MemoryTables, rowKeyOf } from "../verify/fixture-source.ts";

/** Makes the changes in tables in memory, as an adapter would: each only where the row is as it was found. */
export function applyPages(
  tables: MemoryTables,
  pages: readonly SettlementPage[],
  earlier: MemoryTables = { tables: [], rows: new Map() },
): MemoryTables {
  const changes = pages.flatMap((page) => page.changes);
  const rows = new Map(
    tables.tables.map((schema) => [logicalName(schema), changedRows(tables, schema, changes, earlier)]),
  );
  const known = new Set(tables.tables.map(({ physical }) => physical));
  const stray = changes.find(({ table }) => !known.has(table));
  if (stray !== undefined) throw new Error(`no table ${stray.table}`);
  return { tables: tables.tables, rows };
}

function changedRows(
  tables: MemoryTables,
  schema: TableSchema,
  all: readonly Change[],
  earlier: MemoryTables,
): Row[] {
  const rows = tables.rows.get(logicalName(schema)) ?? [];
  const ours = all.filter(({ table }) => table === schema.physical);
  if (ours.length === 0) return rows;
  const byKey = new Map(rows.map((row) => [rowKeyOf(schema, row), row]));
  for (const change of ours) {
    const key = keyOf(schema, change);
    const made =
      change.kind === "earlier"
        ? broughtBack(byKey.get(key), change, earlierRow(earlier, change, key))
        : changedRow(schema, byKey.get(key), change, key);
    if (made === undefined) byKey.delete(key);
    else byKey.set(key, made);
  }
  return [...byKey.values()];
}

/** A row of asset_metadata that is not there yet is named by the key of a record of its asset. */
function keyOf({ partitionKey, clusteringKey }: TableSchema, { key }: Change): string {
  const columns = JSON.parse(key) as Value[];
  return JSON.stringify(columns.slice(0, partitionKey.length + clusteringKey.length));
}

type Earlier = Extract<Change, { kind: "earlier" }>;

function earlierRow({ tables, rows }: MemoryTables, { from }: Earlier, key: string): Row {
  const schema = tables.find(({ physical }) => physical === from);
  const row = schema && rows.get(logicalName(schema))?.find((each) => rowKeyOf(schema, each) === key);
  if (row === undefined) throw new Error(`${from} has no row ${key}`);
  return row;
}

function broughtBack(row: Row | undefined, change: Earlier, earlier: Row): Row | undefined {
  const wanted = finished(earlier, change.finish);
  const isMade = isDeepStrictEqual(row, wanted);
  if (!isMade && !isAsFound(row, change))
    throw new Error(`${change.table} ${change.key} is not as it was found: ${JSON.stringify(row)}`);
  return wanted;
}

function finished(row: Row, finish: Earlier["finish"]): Row | undefined {
  switch (finish.kind) {
    case "nothing":
      return row;
    case "forward":
      return { ...withoutImage(row), tx_state: 3, tx_committed_at: finish.committedMs };
    case "back":
      return before(row);
    default:
      return finish satisfies never;
  }
}

function isAsFound(row: Row | undefined, { kind, found: { transaction, state } }: Change): boolean {
  if (transaction === "" && (kind === "metadata" || kind === "earlier")) return row === undefined;
  return row !== undefined && row["tx_id"] === transaction && (row["tx_state"] ?? null) === state;
}

function changedRow(
  schema: TableSchema,
  row: Row | undefined,
  change: Exclude<Change, Earlier>,
  key: string,
): Row | undefined {
  if (!isAsFound(row, change))
    throw new Error(`${change.table} ${key} is not as it was found: ${JSON.stringify(row)}`);
  switch (change.kind) {
    case "remove":
      return undefined;
    case "forward":
      return { ...withoutImage(row ?? {}), tx_state: 3, tx_committed_at: change.committedMs };
    case "back":
      return before(row ?? {});
    case "metadata":
      return {
        ...withoutImage(row ?? { [schema.partitionKey[0] ?? ""]: (JSON.parse(key) as string[])[0] ?? "" }),
        latest_age: change.age,
        tx_id: change.transaction,
        tx_state: 3,
        tx_version: change.age + 1,
        tx_prepared_at: change.preparedMs,
        tx_committed_at: change.committedMs,
      };
    default:
      return change satisfies never;
  }
}

function withoutImage(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith("before_")));
}

/** By ScalarDB's rules: a row with neither id nor version of what was before was not there. */
function before(row: Row): Row | undefined {
  if ((row["before_tx_id"] ?? null) === null && (row["before_tx_version"] ?? null) === null) return undefined;
  const images = Object.entries(row).filter(([name]) => name.startsWith("before_"));
  const versioned = new Set(images.map(([name]) => name.slice("before_".length)));
  const kept = Object.entries(withoutImage(row)).filter(([name]) => !versioned.has(name));
  return Object.fromEntries([
    ...kept,
    ...images.map(([name, value]) => [name.slice("before_".length), value]),
  ]);
}
