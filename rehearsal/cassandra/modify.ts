import type { Modification, Only, Relation } from "./cql/statement.ts";
import { native } from "./cql-type.ts";
import { partitionKeyOf } from "./keys.ts";
import { invalid } from "./refusal.ts";
import type { Parameters } from "./request.ts";
import { type Column, columnOf, type Table } from "./schema.ts";
import type { Cell, Timestamp, Update } from "./storage/rows.ts";
import { termValue } from "./terms.ts";
import type { Value } from "./value.ts";

/** A write with all its values, before it is known when it happens. */
export interface PlannedWrite {
  readonly table: Table;
  readonly key: Buffer;
  /** Of one row; of the whole partition where there is none. */
  readonly clustering: readonly Buffer[] | undefined;
  readonly only: Only;
  readonly given: Parameters;
  /** As the statement or its client says. */
  readonly at?: Timestamp;
  update(at: Timestamp): Update;
}

export function plannedWrite(table: Table, modification: Modification, given: Parameters): PlannedWrite {
  const keys = keyValues(table, modification, given);
  const key = partitionKeyOf(table.partitionKey.map((column) => present(keys, column)));
  const clustering = clusteringOf(table, modification, keys);
  const common = { table, key, clustering, only: modification.only, given };
  const at = timestampOf(modification, given);
  const update = (time: Timestamp) => updateOf(table, modification, given, { key, clustering, time });
  return { ...common, ...(at !== undefined && { at }), update };
}

function keyValues(
  table: Table,
  modification: Modification,
  given: Parameters,
): ReadonlyMap<string, Value | undefined> {
  const pairs =
    modification.kind === "insert"
      ? modification.columns.map((name, at) => [name, modification.values[at]] as const)
      : modification.where.map((relation) => [equalColumn(relation), relation.terms[0]] as const);
  const inKey = new Set([...table.partitionKey, ...table.clusteringKey].map(({ name }) => name));
  const values = new Map<string, Value | undefined>();
  for (const [name, term] of pairs) {
    const column = columnOf(table, name);
    if (term === undefined) throw invalid("Unmatched column names/values");
    if (inKey.has(name)) values.set(name, termValue(term, column.type, given));
    else if (modification.kind !== "insert")
      throw invalid(`Non PRIMARY KEY columns found in where clause: ${name}`);
  }
  return values;
}

function equalColumn({ of, operator }: Relation): string {
  if (typeof of !== "string") throw invalid("The token function cannot be used in WHERE clauses for writes");
  if (operator !== "=") throw invalid(`Only = is supported here in the WHERE clause of a write, on ${of}`);
  return of;
}

function present(values: ReadonlyMap<string, Value | undefined>, { name }: Column): Buffer {
  if (!values.has(name)) throw invalid(`Some partition key parts are missing: ${name}`);
  const value = values.get(name);
  if (!value) throw invalid(`Invalid null value in condition for column ${name}`);
  return value;
}

function clusteringOf(
  { clusteringKey }: Table,
  modification: Modification,
  keys: ReadonlyMap<string, Value | undefined>,
): readonly Buffer[] | undefined {
  const given = clusteringKey.filter(({ name }) => keys.has(name));
  if (given.length === clusteringKey.length) return clusteringKey.map((column) => present(keys, column));
  const missing = clusteringKey.filter(({ name }) => !keys.has(name)).map(({ name }) => name);
  if (modification.kind !== "delete" || given.length > 0 || modification.columns.length > 0)
    throw invalid(`Some clustering keys are missing: ${missing.join(", ")}`);
  return undefined;
}

function timestampOf({ timestamp }: Modification, given: Parameters): Timestamp | undefined {
  if (timestamp === undefined) return given.timestamp;
  const value = termValue(timestamp, native("bigint"), given);
  if (!value) throw invalid("Invalid null value of timestamp");
  return Number(value.readBigInt64BE());
}

interface Target {
  readonly key: Buffer;
  readonly clustering: readonly Buffer[] | undefined;
  readonly time: Timestamp;
}

function updateOf(
  table: Table,
  modification: Modification,
  given: Parameters,
  { key, clustering, time }: Target,
): Update {
  if (clustering === undefined) return { key, deleted: time, rows: [] };
  const cells = new Map<string, Cell>();
  for (const [name, value] of changes(table, modification, given))
    if (value !== undefined) cells.set(name, { at: time, value });
  if (modification.kind === "delete" && cells.size === 0)
    return { key, rows: [{ clustering, deleted: time, cells }] };
  return { key, rows: [{ clustering, ...(modification.kind === "insert" && { inserted: time }), cells }] };
}

function changes(
  table: Table,
  modification: Modification,
  given: Parameters,
): readonly (readonly [string, Value | undefined])[] {
  const regular = (name: string) => {
    const column = columnOf(table, name);
    if (column.kind !== "regular") throw invalid(`PRIMARY KEY part ${name} found in SET part`);
    return column.type;
  };
  switch (modification.kind) {
    case "insert":
      return modification.columns.flatMap((name, at) => {
        const { type, kind } = columnOf(table, name);
        const term = modification.values[at];
        return kind !== "regular" || term === undefined
          ? []
          : [[name, termValue(term, type, given)] as const];
      });
    case "update":
      return modification.set.map(({ column, value }) => [column, termValue(value, regular(column), given)]);
    case "delete":
      return modification.columns.map((name) => {
        regular(name);
        return [name, null];
      });
    default:
      return modification satisfies never;
  }
}
