/** How many rows of a kind a transaction has, and the first of them. */
export interface Tally {
  readonly count: number;
  readonly first?: { readonly table: string; readonly key: string };
}

export interface CoordinatorSays {
  readonly state: number;
  readonly createdMs: number | undefined;
}

/**
 * Everything that a copy holds of one transaction, folded: a transaction may have written a million rows,
 * and its view still has this size.
 */
export interface TransactionView {
  readonly id: string;
  readonly committed: Tally;
  /** Rows in state PREPARED or DELETED. */
  readonly inDoubt: Tally;
  /** Rows in doubt of other transactions that go back to a committed row of this one. */
  readonly committedBefore: Tally;
  /** Every committed row, those under one in doubt too, has the same time of preparation and commit, as one-phase commit leaves them. */
  readonly onePhase: boolean;
  readonly newestPreparedMs: number | undefined;
  readonly newestCommittedMs: number | undefined;
  readonly coordinator: CoordinatorSays | undefined;
  /** What the coordinator says at the later second, where one was read. */
  readonly later: CoordinatorSays | undefined;
}

export const NO_ROWS: Tally = { count: 0 };
