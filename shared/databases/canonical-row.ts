import type { Row, Value } from "../verify/row-source.ts";

/** One spelling of a row: what a digest is taken of. */
export function canonicalRow(row: Row, sortedColumns: readonly string[]): string {
  return JSON.stringify(sortedColumns.map((name) => [name, spelled(row[name] ?? null)]));
}

/** Strings and numbers as JSON has them; what it has not, in a list, which no value is. */
function spelled(value: Value): unknown {
  if (value instanceof Uint8Array) return ["bytes", Buffer.from(value).toString("base64")];
  if (typeof value === "bigint") return ["integer", value.toString()];
  if (typeof value === "number" && !Number.isFinite(value)) return ["number", String(value)];
  return value;
}
