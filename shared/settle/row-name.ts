import { StillpointError } from "../errors/stillpoint-error.ts";
import { logicalName, type Page, type TableSchema } from "../verify/row-source.ts";

/** What the adapter calls a row of a page, by which it can be changed. */
export function rowKeyAt(table: TableSchema, keyAt: Page["keyAt"], index: number): string {
  if (keyAt !== undefined) return keyAt(index);
  throw new StillpointError(
    "SETTLE_REFUSED",
    `table "${table.physical}" cannot be settled: rows of such a database cannot be changed yet. Nothing was touched`,
  );
}

/** A record as it is called whatever copy it is read from, such as `app.account:alice`. */
export function recordName(table: string, key: string): string {
  return `${table}:${key}`;
}

export function recordNameIn(table: TableSchema, key: string): string {
  return recordName(logicalName(table), key);
}
