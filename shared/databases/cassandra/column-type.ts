import type { ColumnType } from "../../verify/row-source.ts";

/** What ScalarDB makes columns of, and the older names of text. */
const TYPES: Readonly<Record<string, ColumnType>> = {
  boolean: "boolean",
  int: "int",
  bigint: "bigint",
  float: "float",
  double: "double",
  text: "text",
  varchar: "text",
  ascii: "text",
  blob: "blob",
  date: "date",
  time: "time",
  timestamp: "timestamptz",
};

/** Undefined for what ScalarDB has no columns of: it cannot read the table either. */
export function columnTypeOf(cqlType: string): ColumnType | undefined {
  return Object.hasOwn(TYPES, cqlType) ? TYPES[cqlType] : undefined;
}
