import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { types } from "cassandra-driver";
import { type Columns, type ColumnType, storedColumns, type Table } from "../table.ts";
import { blob, boolean, float, number, text } from "../value.ts";

/** What the driver takes for a value. */
export type CqlValue = string | number | boolean | Buffer | types.Long | null;

export function cqlValueOf(table: Table, column: string, value: AttributeValue | undefined): CqlValue {
  if (value?.S !== undefined) return value.S;
  if (value?.BOOL !== undefined) return value.BOOL;
  if (value?.B !== undefined) return Buffer.from(value.B);
  if (value?.N === undefined) return null;
  return storedColumns(table)[column] === "bigint" ? types.Long.fromString(value.N) : Number(value.N);
}

/** The columns of a row that are not null, with the types that the table declares. */
export function columnsOf(table: Table, row: types.Row): Columns {
  const stored = storedColumns(table);
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) => {
      const type = stored[name];
      return type === undefined || value === null ? [] : [[name, attributeOf(type, value)]];
    }),
  );
}

function attributeOf(type: ColumnType, value: unknown): AttributeValue {
  switch (type) {
    case "text":
      return text(String(value));
    case "blob":
      return blob(value as Buffer);
    case "boolean":
      return boolean(value as boolean);
    case "float":
      return float(Number(value));
    case "int":
    case "bigint":
    case "double":
      return number(Number(value));
    default:
      return type satisfies never;
  }
}
