import type { Row, TableSchema } from "./row-source.ts";

/** Column readers: what is absent or of another type is `undefined`, and the checks treat it as NULL. */
export function textOf(row: Row, column: string): string | undefined {
  const value = row[column];
  return typeof value === "string" ? value : undefined;
}

export function integerOf(row: Row, column: string): number | undefined {
  const value = row[column];
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" ? value : undefined;
}

export function bytesOf(row: Row, column: string): Uint8Array | undefined {
  const value = row[column];
  return value instanceof Uint8Array ? value : undefined;
}

/** The primary key as a person reads it, such as `acct-7/3`; also what rows of one table are told apart by. */
export function keyOf(table: TableSchema, row: Row): string {
  const columns =
    table.clusteringKey.length === 0 ? table.partitionKey : [...table.partitionKey, ...table.clusteringKey];
  return keyText(columns.map((column) => row[column] ?? null));
}

export function keyText(values: readonly Row[string][]): string {
  if (values.length === 1) return partText(values[0] ?? null);
  return values.map((value) => partText(value)).join("/");
}

// A slash inside a part is escaped, so that ("a/b") and ("a", "b") stay two keys.
function partText(value: Row[string]): string {
  if (typeof value === "string")
    return value.includes("/") || value.includes("\\") ? value.replace(/[\\/]/g, "\\$&") : value;
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
}
