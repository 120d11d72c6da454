import type { Suspicion } from "./finding.ts";
import { type Span, within } from "./subject.ts";
import { timeText } from "./time-text.ts";
import { COMMITTED, DELETED, isInDoubt, PREPARED, type TransactionRow } from "./transaction-row.ts";

export interface RowLimits {
  /** Nothing in the copy may be dated after this. */
  readonly newestMs: number;
  /** Nothing may be dated in here, as everything was paused. */
  readonly paused: Span | undefined;
  /** Nothing may be in doubt, since that was settled. */
  readonly isSettled?: boolean;
}

/** The checks that a row of a transactional table answers by itself. */
export function judgeRow(table: string, row: TransactionRow, limits: RowLimits): readonly Suspicion[] {
  const where = { table, key: row.key, transaction: row.transaction };
  const found: Suspicion[] = [];
  for (const text of impossibilities(row)) found.push({ check: "impossible-state", ...where, text });
  if (limits.isSettled === true && isInDoubt(row)) {
    const text = `"${row.key}" in ${table} is in doubt (tx_state ${row.state}), which no row of a settled copy is`;
    found.push({ check: "left-in-doubt", ...where, text });
  }
  if (row.preparedMs !== undefined && row.preparedMs > limits.newestMs) {
    const text = `"${row.key}" in ${table} was prepared at ${timeText(row.preparedMs)}, ${row.preparedMs - limits.newestMs} ms after anything the restore point may hold`;
    found.push({ check: "newer-than-point", ...where, text });
  }
  if (row.preparedMs !== undefined && within(row.preparedMs, limits.paused)) {
    const text = `"${row.key}" in ${table} was prepared at ${timeText(row.preparedMs)}, inside the pause`;
    found.push({ check: "written-while-paused", ...where, text });
  }
  // Only in state COMMITTED: a prepared row that overwrites another keeps that one's time of commit.
  if (row.state === COMMITTED && (row.committedMs ?? Infinity) < (row.preparedMs ?? 0)) {
    const text = `"${row.key}" in ${table} was committed ${(row.preparedMs ?? 0) - (row.committedMs ?? 0)} ms before it was prepared`;
    found.push({ check: "clock-order", ...where, text });
  }
  return found;
}

function impossibilities(row: TransactionRow): readonly string[] {
  const found: string[] = [];
  if (row.state !== PREPARED && row.state !== DELETED && row.state !== COMMITTED) {
    found.push(`tx_state of "${row.key}" is ${row.state ?? "NULL"}; a record has 1, 2 or 3`);
  }
  if (row.version === undefined || row.version < 1) {
    found.push(`tx_version of "${row.key}" is ${row.version ?? "NULL"}; it starts at 1`);
  }
  const previous = row.before.version;
  if (isInDoubt(row) && previous !== undefined && row.version !== previous + 1) {
    found.push(`tx_version of "${row.key}" is ${row.version}, but it overwrites version ${previous}`);
  }
  return found;
}
