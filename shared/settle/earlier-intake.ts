import { keyOf } from "../verify/row.ts";
import type { Page, Row, TableSchema } from "../verify/row-source.ts";
import { COMMITTED, isInDoubt, type TransactionRow, transactionRowOf } from "../verify/transaction-row.ts";
import { recordNameIn, rowKeyAt } from "./row-name.ts";
import type { SettlingSpill } from "./settling-spill.ts";
import type { SettlingTimes } from "./settling-times.ts";

interface EarlierIntakeParts {
  readonly table: TableSchema;
  readonly place: number;
  readonly times: SettlingTimes;
  readonly spill: SettlingSpill;
}

/** Takes in a table of an earlier second: what its records were before. Any of them may be asked for. */
export class EarlierIntake {
  readonly #parts: EarlierIntakeParts;

  constructor(parts: EarlierIntakeParts) {
    this.#parts = parts;
  }

  take({ rows, keyAt }: Page): void {
    for (const [index, row] of rows.entries()) this.#takeRow(row, rowKeyAt(this.#parts.table, keyAt, index));
  }

  finish(): void {}

  #takeRow(row: Row, rowKey: string): void {
    const { table, place, times, spill } = this.#parts;
    const name = recordNameIn(table, keyOf(table, row));
    const found = transactionRowOf(table, row);
    const state = found?.state ?? COMMITTED;
    const own = found === undefined || isOld(found, times) ? null : found.transaction;
    const before = found?.before;
    const over = before?.transaction !== undefined || before?.version !== undefined;
    const beforeMs = before?.committedMs ?? before?.preparedMs ?? 0;
    const beforeOwn = beforeMs > times.nearMs ? (before?.transaction ?? null) : null;
    spill.add.earlier_row(place, name, rowKey, state, own, Number(over), beforeOwn);
  }
}

/** Nobody asks whose a committed row of long ago is: it stands. */
function isOld(row: TransactionRow, { nearMs }: SettlingTimes): boolean {
  return !isInDoubt(row) && (row.preparedMs ?? 0) <= nearMs && (row.committedMs ?? 0) <= nearMs;
}
