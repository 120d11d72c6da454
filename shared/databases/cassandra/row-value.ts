import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { ColumnType, Row, TableSchema, Value } from "../../verify/row-source.ts";
import type { CqlRow } from "./cql.ts";

type Columns = TableSchema["columns"];

/** The same values as from the other databases. */
export function rowOfCql(row: CqlRow, columns: Columns): Row {
  const values: Record<string, Value> = {};
  for (const name in columns) {
    const value = row[name];
    if (value !== null && value !== undefined) values[name] = decoded(value, columns[name]);
  }
  return values;
}

function decoded(value: unknown, type: ColumnType | undefined): Value {
  switch (type) {
    case "boolean":
      return Boolean(value);
    case "int":
    case "float":
    case "double":
      return Number(value);
    case "bigint":
      return integerOf(value);
    case "blob":
      return bytesOf(value);
    case "timestamp":
    case "timestamptz":
      return momentText(value);
    case "time":
      return withoutZeros(String(value));
    case "date":
    case "text":
    case undefined:
      return String(value);
    default:
      return type satisfies never;
  }
}

function integerOf(value: unknown): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(String(value));
}

/** As bytes that are nothing else, without a copy: the driver has made one. */
function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw unreadable("blob", value);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** Cassandra keeps milliseconds, in UTC. */
function momentText(value: unknown): string {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw unreadable("timestamp", value);
  return withoutZeros(value.toISOString().replace("T", " ").replace("Z", ""));
}

function withoutZeros(text: string): string {
  return text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

function unreadable(type: string, value: unknown): StillpointError {
  return new StillpointError(
    "DATABASE_REFUSED",
    `cannot read a ${type} that is "${String(value)}": ScalarDB never writes one`,
  );
}
