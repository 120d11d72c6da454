import type { CheckId, Finding } from "./finding.ts";
import type { Proof } from "./proof.ts";
import type { SignatureCounts } from "./signature-check.ts";

export interface CheckedTable {
  readonly table: string;
  readonly physical: string;
  readonly rows: number;
  readonly digest: string;
}

export interface CheckedTransactions {
  /** Transactions with rows in the tables. */
  readonly withRows: number;
  /** Transactions that the coordinator decided. */
  readonly decided: number;
  /** In doubt, and to be rolled forward or back by ScalarDB's own recovery: normal after a crash. */
  readonly rolledForward: number;
  readonly rolledBack: number;
  /** Committed, without a coordinator row. */
  readonly withoutCoordinator: number;
  /** Under way while live tables were read, and not judged. */
  readonly inFlight: number;
  /** Rows without a transaction id, such as imported ones. */
  readonly importedRows: number;
  /** Records named by write sets of the coordinator. */
  readonly writes: number;
}

export interface CheckedChains {
  readonly assets: number;
  readonly records: number;
}

/** What a verification found, what it checked, and what it did not. Plain JSON. */
export interface VerificationReport {
  readonly proof: Proof;
  /** The first few of each check, disproofs first. */
  readonly findings: readonly Finding[];
  readonly findingCounts: Readonly<Partial<Record<CheckId, number>>>;
  readonly checked: {
    readonly tables: readonly CheckedTable[];
    readonly transactions: CheckedTransactions;
    readonly chains: CheckedChains;
    readonly signatures: SignatureCounts;
  };
  /** Sentences. */
  readonly notChecked: readonly string[];
}
