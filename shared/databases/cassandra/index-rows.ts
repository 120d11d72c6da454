import type { ColumnType } from "../../verify/row-source.ts";
import { columnTypeOf } from "./column-type.ts";
import { type CqlNode, type CqlRow, cqlName } from "./cql.ts";
import { cqlLiteral } from "./cql-literal.ts";
import type { DescribedTable } from "./described-tables.ts";
import { isCut, type TokenRange, tokenRange } from "./token-range.ts";

interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** An index that can be asked for one row of its table at a time. */
export interface AskableIndex {
  /** As CQL has it. */
  readonly table: string;
  readonly partitionKey: readonly Column[];
  readonly clusteringKey: readonly Column[];
  readonly column: Column;
}

/** Cassandra's own two kinds; others are of plugins, and have their own ideas of what equals what. */
const KINDS: readonly string[] = ["COMPOSITES", "KEYS"];

/** Why it cannot be asked, where it cannot. */
export function askableIndex(
  { namespace, table, columns }: DescribedTable,
  { kind, target }: DescribedTable["indexes"][number],
): AskableIndex | string {
  if (!KINDS.includes(kind)) return `it is of kind ${kind}`;
  const column = columns.find(({ name }) => name === target);
  if (column === undefined) return `it is on ${target}`;
  if (column.kind !== "regular") return `column "${target}" is part of the key`;
  const keys = columns.filter((each) => each.kind === "partition_key" || each.kind === "clustering");
  const unknown = [column, ...keys].find(({ type }) => columnTypeOf(type) === undefined);
  if (unknown !== undefined) return `column "${unknown.name}" is of type ${unknown.type}`;
  const typed = (all: typeof columns) =>
    all.flatMap(({ name, type }) => {
      const known = columnTypeOf(type);
      return known === undefined ? [] : [{ name, type: known }];
    });
  const [indexed] = typed([column]);
  if (indexed === undefined) return `it is on ${target}`;
  return {
    table: cqlName(namespace, table),
    partitionKey: typed(keys.filter((each) => each.kind === "partition_key")),
    clusteringKey: typed(keys.filter((each) => each.kind === "clustering")),
    column: indexed,
  };
}

/** A row that is on every replica. */
export interface IndexedRow {
  /** Conditions that it alone meets. */
  readonly key: string;
  /** The value that the index has of it. */
  readonly value: string;
}

/** For one row with a value. */
const READ_MOST = 32;

/**
 * Up to one row of each of so many places of the ring, as every replica has it: reading it from all of them brings it to
 * those that have missed it, and so one that is not found by the index is the index's fault.
 */
export async function* rowsToAskFor(
  node: CqlNode,
  index: AskableIndex,
  { places, partitioner }: { readonly places: number; readonly partitioner: string },
): AsyncGenerator<IndexedRow> {
  const count = isCut(partitioner) ? places : 1;
  for (let place = 0; place < count; place++) {
    const range = isCut(partitioner) ? tokenRange(place, count) : {};
    const rows = await node.query(selectSome(index, range), "all");
    const [found] = rows.flatMap((row) => indexedRow(index, row) ?? []);
    if (found !== undefined) yield found;
  }
}

function selectSome({ table, partitionKey, clusteringKey, column }: AskableIndex, range: TokenRange): string {
  const token = `token(${partitionKey.map(({ name }) => cqlName(name)).join(", ")})`;
  const conditions = [
    ...(range.above === undefined ? [] : [`${token} > ${range.above}`]),
    ...(range.upTo === undefined ? [] : [`${token} <= ${range.upTo}`]),
  ];
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  const names = [...partitionKey, ...clusteringKey, column].map(({ name }) => cqlName(name));
  return `SELECT ${names.join(", ")} FROM ${table}${where} LIMIT ${READ_MOST}`;
}

/** Nothing where it has no value: then it is in no index. Whether an empty one is depends on the version. */
function indexedRow(
  { partitionKey, clusteringKey, column }: AskableIndex,
  row: CqlRow,
): IndexedRow | undefined {
  const keys = [...partitionKey, ...clusteringKey];
  if ([...keys, column].some(({ name }) => row[name] === null || row[name] === undefined)) return undefined;
  const value = row[column.name];
  if ((typeof value === "string" || value instanceof Uint8Array) && value.length === 0) return undefined;
  const equals = ({ name, type }: Column) => `${cqlName(name)} = ${cqlLiteral(row[name], type)}`;
  return { key: keys.map(equals).join(" AND "), value: cqlLiteral(value, column.type) };
}

/** Whether the node finds the row by the index, by that of whichever replica it asks. */
export async function isFound(node: CqlNode, index: AskableIndex, row: IndexedRow): Promise<boolean> {
  const name = cqlName(index.column.name);
  const text = `SELECT ${name} FROM ${index.table} WHERE ${row.key} AND ${name} = ${row.value}`;
  return (await node.query(text, "one")).length > 0;
}

/** Whether it is still as it was: it may have expired, or somebody has changed it. */
export async function isThere(
  node: CqlNode,
  { table, column }: AskableIndex,
  { key, value }: IndexedRow,
): Promise<boolean> {
  const rows = await node.query(`SELECT ${cqlName(column.name)} FROM ${table} WHERE ${key}`, "all");
  return rows.some((row) => row[column.name] !== null && cqlLiteral(row[column.name], column.type) === value);
}
