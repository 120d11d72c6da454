import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { types } from "cassandra-driver";
import { storedColumns, type Table } from "../table.ts";

/** What the driver takes for a value. */
export type CqlValue = string | number | boolean | Buffer | types.Long | null;

export function cqlValueOf(table: Table, column: string, value: AttributeValue | undefined): CqlValue {
  if (value?.S !== undefined) return value.S;
  if (value?.BOOL !== undefined) return value.BOOL;
  if (value?.B !== undefined) return Buffer.from(value.B);
  if (value?.N === undefined) return null;
  return storedColumns(table)[column] === "bigint" ? types.Long.fromString(value.N) : Number(value.N);
}
