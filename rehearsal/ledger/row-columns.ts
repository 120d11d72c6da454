import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { type Columns, type ColumnType, storedColumns, type Table } from "./table.ts";
import { blob, boolean, float, number, text } from "./value.ts";

/** The columns of a row that are not null, with the types that the table declares. */
export function columnsOf(table: Table, row: Readonly<Record<string, unknown>>): Columns {
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
      return boolean(Boolean(value));
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
