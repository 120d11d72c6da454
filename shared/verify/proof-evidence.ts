import { timeText } from "./time-text.ts";

export interface Commits {
  readonly count: number;
  /** A few of them. */
  readonly examples: readonly { readonly transaction: string; readonly atMs: number }[];
}

/** With the dates of the first and the last of them. */
interface DatedCommits extends Commits {
  readonly oldestMs: number | undefined;
  readonly newestMs: number | undefined;
}

/** What the coordinators and the rows said of the time around the restored second. */
export interface ProofEvidence {
  readonly coordinatorRead: boolean;
  /** COMMITTED coordinator rows, and committed rows whose coordinator row is gone, dated inside the guard. */
  readonly inGuard: Commits;
  /** The same, inside the pause window shrunk on both sides by the bound on ScalarDB's clocks. */
  readonly inWindow: Commits;
  /** Transactions with rows that were prepared there, whatever became of them. */
  readonly preparedInWindow: Commits;
  /** Dated before the guard and known to the later coordinator, but not to the copy's. */
  readonly missingInCopy: Commits;
  /** Known to the copy's coordinator, but no more to the later one. */
  readonly missingLater: Commits;
  /** Carried out a second time with the same id, so shortly before the guard that it may have ended inside it. */
  readonly again: Commits;
  /** Committed rows without any coordinator row that look like one-phase commit. */
  readonly onePhase: DatedCommits;
  /** Other committed rows without any coordinator row: theirs was cleaned up. */
  readonly cleanedUp: DatedCommits;
  /** The oldest COMMITTED row of the later coordinator. */
  readonly oldestKeptMs: number | undefined;
  /** Tables of the ledger without transaction columns, as the JDBC transaction manager keeps them. */
  readonly withoutTransactions: readonly string[];
  /** Tables whose records can change. */
  readonly changeable: readonly string[];
}

/** In words, by the first of them. */
export function counted({ count, examples }: Commits): string {
  const [first] = examples;
  const named =
    first === undefined ? "a transaction" : `transaction "${first.transaction}" (${timeText(first.atMs)})`;
  return count > 1 ? `${named}, like ${count - 1} more,` : named;
}
