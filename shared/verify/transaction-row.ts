import { integerOf, keyOf, textOf } from "./row.ts";
import type { Row, TableSchema } from "./row-source.ts";

/** States of a record in Consensus Commit. */
export const PREPARED = 1;
export const DELETED = 2;
export const COMMITTED = 3;
/** A state of the coordinator only. */
export const ABORTED = 4;

/** The image that a row in doubt goes back to when it is rolled back. */
interface BeforeImage {
  readonly transaction: string | undefined;
  readonly state: number | undefined;
  readonly version: number | undefined;
  readonly preparedMs: number | undefined;
  readonly committedMs: number | undefined;
}

/** What Consensus Commit keeps of itself in a row of a transactional table. */
export interface TransactionRow {
  readonly transaction: string;
  readonly key: string;
  readonly state: number | undefined;
  readonly version: number | undefined;
  readonly preparedMs: number | undefined;
  readonly committedMs: number | undefined;
  readonly before: BeforeImage;
}

/** `undefined` for an imported row: with no transaction id it is deemed committed. */
export function transactionRowOf(table: TableSchema, row: Row): TransactionRow | undefined {
  const transaction = textOf(row, "tx_id");
  if (transaction === undefined) return undefined;
  return {
    transaction,
    key: keyOf(table, row),
    state: integerOf(row, "tx_state"),
    version: integerOf(row, "tx_version"),
    preparedMs: integerOf(row, "tx_prepared_at"),
    committedMs: integerOf(row, "tx_committed_at"),
    before: {
      transaction: textOf(row, "before_tx_id"),
      state: integerOf(row, "before_tx_state"),
      version: integerOf(row, "before_tx_version"),
      preparedMs: integerOf(row, "before_tx_prepared_at"),
      committedMs: integerOf(row, "before_tx_committed_at"),
    },
  };
}

export function isInDoubt(row: TransactionRow): boolean {
  return row.state === PREPARED || row.state === DELETED;
}
