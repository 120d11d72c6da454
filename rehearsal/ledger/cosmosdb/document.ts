import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { type Columns, storedColumns, type Table } from "../table.ts";
import { blob, boolean, number, text } from "../value.ts";

/** What JSON holds of a column; a BLOB is in base64. */
type Value = string | number | boolean;

/** A record as ScalarDB's Cosmos DB adapter stores it. */
export interface RecordDocument {
  readonly id: string;
  readonly concatenatedPartitionKey: string;
  readonly partitionKey: Readonly<Record<string, Value>>;
  readonly clusteringKey: Readonly<Record<string, Value>>;
  /** Null takes a column away; what is stored has none. */
  readonly values: Readonly<Record<string, Value | null>>;
}

export function idOf(table: Table, key: Columns): string {
  return joined([...table.partitionKey, ...table.clusteringKey], key);
}

export function partitionOf(table: Table, key: Columns): string {
  return joined(table.partitionKey, key);
}

/** The key columns are told apart by a colon, which no key may contain. */
function joined(names: readonly string[], key: Columns): string {
  return names.map((name) => String(jsonOf(key[name]))).join(":");
}

export function documentOf(
  table: Table,
  key: Columns,
  columns: Columns,
  cleared: readonly string[],
): RecordDocument {
  const keys = [...table.partitionKey, ...table.clusteringKey];
  const values = Object.keys(columns).filter((name) => !keys.includes(name));
  return {
    id: idOf(table, key),
    concatenatedPartitionKey: partitionOf(table, key),
    partitionKey: picked(table.partitionKey, key),
    clusteringKey: picked(table.clusteringKey, key),
    values: { ...picked(values, columns), ...Object.fromEntries(cleared.map((name) => [name, null])) },
  };
}

function picked(names: readonly string[], columns: Columns): Record<string, Value> {
  return Object.fromEntries(names.map((name) => [name, jsonOf(columns[name])]));
}

export function jsonOf(value: AttributeValue | undefined): Value {
  if (value?.S !== undefined) return value.S;
  if (value?.N !== undefined) return Number(value.N);
  if (value?.BOOL !== undefined) return value.BOOL;
  if (value?.B !== undefined) return Buffer.from(value.B).toString("base64");
  throw new Error("a column without a value has no place in a document");
}

/** The columns of a record, with the types that its table declares. */
export function columnsOf(table: Table, document: RecordDocument): Columns {
  const { partitionKey, clusteringKey, values } = document;
  const types = storedColumns(table);
  return Object.fromEntries(
    Object.entries({ ...partitionKey, ...clusteringKey, ...values }).flatMap(([name, value]) =>
      value === null ? [] : [[name, attributeOf(types[name] === "blob", value)]],
    ),
  );
}

function attributeOf(isBlob: boolean, value: Value): AttributeValue {
  if (typeof value === "number") return number(value);
  if (typeof value === "boolean") return boolean(value);
  return isBlob ? blob(Buffer.from(value, "base64")) : text(value);
}
