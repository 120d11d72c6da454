import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { ColumnType, Row, TableSchema, Value } from "../../verify/row-source.ts";
import type { SqlRow } from "./sql.ts";

type Columns = TableSchema["columns"];

/** The same values, whichever engine they come from. */
export function rowOfSql(row: SqlRow, columns: Columns): Row {
  const values: Record<string, Value> = {};
  for (const name in columns) values[name] = decoded(row[name], columns[name]);
  return values;
}

function decoded(value: unknown, type: ColumnType | undefined): Value {
  if (value === null || value === undefined) return null;
  switch (type) {
    case "boolean":
      return value instanceof Uint8Array ? value[0] === 1 : Boolean(value);
    case "int":
    case "double":
      return Number(value);
    case "float":
      // MySQL keeps more digits of it than it has, PostgreSQL prints fewer.
      return Math.fround(Number(value));
    case "bigint":
      return integerOf(value);
    case "blob":
      return bytesOf(value);
    case "date":
    case "time":
    case "timestamp":
    case "timestamptz":
      return timeOf(textOf(value));
    case "text":
    case undefined:
      return textOf(value);
    default:
      return unknownType(type);
  }
}

/** A version of ScalarDB later than this one. */
function unknownType(type: never): never {
  throw new StillpointError(
    "DATABASE_REFUSED",
    `cannot read a column of type "${String(type)}", which is not known here`,
  );
}

function integerOf(value: unknown): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(String(value));
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? Uint8Array.from(value) : Uint8Array.from(Buffer.from(String(value)));
}

function textOf(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : String(value);
}

/** Sessions are in UTC; one engine says so and cuts zeros off, the other pads with them. */
function timeOf(text: string): string {
  return text
    .replace(/\+00(:00)?$/, "")
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}
