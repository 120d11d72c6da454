import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { type Columns, type ColumnType, storedColumns, type Table } from "../table.ts";
import { blob, boolean, number, text } from "../value.ts";

/** What the clients of SQL servers take for a value. */
export type SqlValue = string | number | boolean | Buffer | null;

export function sqlValueOf(value: AttributeValue | undefined): SqlValue {
  if (value?.S !== undefined) return value.S;
  if (value?.N !== undefined) return Number(value.N);
  if (value?.BOOL !== undefined) return value.BOOL;
  if (value?.B !== undefined) return Buffer.from(value.B);
  return null;
}

/** The columns of a row that are not NULL, with the types that the table declares. */
export function columnsOf(table: Table, row: Readonly<Record<string, unknown>>): Columns {
  const types = storedColumns(table);
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) => {
      const type = types[name];
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
      return boolean(Boolean(value));
    case "int":
    case "bigint":
    case "float":
    case "double":
      return number(Number(value));
    default:
      return type satisfies never;
  }
}
