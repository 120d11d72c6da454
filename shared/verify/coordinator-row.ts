import type { Suspicion } from "./finding.ts";
import { integerOf, textOf } from "./row.ts";
import type { Row } from "./row-source.ts";
import { timeText } from "./time-text.ts";
import { ABORTED, COMMITTED } from "./transaction-row.ts";

/** A row of `coordinator.state`: it decides one transaction, or with group commit a parent's children. */
export interface CoordinatorRow {
  readonly id: string;
  readonly state: number | undefined;
  readonly createdMs: number | undefined;
  /** Child ids of a group commit; `undefined` for any other row. */
  readonly children: readonly string[] | undefined;
}

/** Between the parent's and the child's part of a full transaction id. */
const GROUP_DELIMITER = "$";

export function coordinatorRowOf(row: Row): CoordinatorRow | undefined {
  const id = textOf(row, "tx_id");
  if (id === undefined) return undefined;
  const children = textOf(row, "tx_child_ids");
  return {
    id,
    state: integerOf(row, "tx_state"),
    createdMs: integerOf(row, "tx_created_at"),
    children: children === undefined ? undefined : children.split(",").filter((child) => child !== ""),
  };
}

/** What a coordinator row says of one transaction. A parent's row outranks the row of the full id. */
export interface Decision {
  readonly transaction: string;
  readonly state: number;
  readonly createdMs: number | undefined;
  readonly rank: "parent" | "own";
}

/**
 * The decisions of one row. A parent without children is what a lazy recovery leaves behind: it aborts nobody
 * else's children, so it decides only itself.
 */
export function decisionsOf(row: CoordinatorRow): readonly Decision[] {
  if (row.state !== COMMITTED && row.state !== ABORTED) return [];
  const said = { state: row.state, createdMs: row.createdMs };
  if (row.children === undefined || row.children.length === 0)
    return [{ ...said, transaction: row.id, rank: "own" }];
  return row.children.map((child) => ({
    ...said,
    transaction: `${row.id}${GROUP_DELIMITER}${child}`,
    rank: "parent",
  }));
}

export function judgeCoordinatorRow(
  table: string,
  row: CoordinatorRow,
  newestMs: number,
): readonly Suspicion[] {
  const where = { table, key: row.id, transaction: row.id };
  if (row.state !== COMMITTED && row.state !== ABORTED) {
    const text = `tx_state of "${row.id}" in ${table} is ${row.state ?? "NULL"}; a coordinator row has 3 or 4`;
    return [{ check: "impossible-state", ...where, text }];
  }
  if (row.state === COMMITTED && row.createdMs !== undefined && row.createdMs > newestMs) {
    const text = `transaction "${row.id}" was committed at ${timeText(row.createdMs)}, ${row.createdMs - newestMs} ms after anything the restore point may hold`;
    return [{ check: "newer-than-point", ...where, text }];
  }
  return [];
}
