/**
 * Every check: its severity, and what a finding of it means. `disproof` is a copy that is torn or damaged;
 * a `warning` is odd, but a whole copy can show it too.
 */
export const CHECKS = {
  "half-committed": {
    severity: "disproof",
    means: "a transaction is committed in one row and would be rolled back in another",
  },
  "committed-but-aborted": {
    severity: "disproof",
    means: "a row is committed though the coordinator says its transaction was aborted",
  },
  "newer-than-point": { severity: "disproof", means: "a row is dated after the restore point" },
  "left-in-doubt": {
    severity: "disproof",
    means: "a row is still in doubt though the copy was settled",
  },
  "impossible-state": {
    severity: "disproof",
    means: "transaction columns hold values that ScalarDB never writes",
  },
  "older-than-coordinator": {
    severity: "disproof",
    means: "a row is older than the coordinator says it was written",
  },
  "hash-differs": {
    severity: "disproof",
    means: "an asset record does not have the hash that it is stored with",
  },
  "chain-broken": { severity: "disproof", means: "an asset record does not follow on the one before it" },
  "age-missing": { severity: "disproof", means: "an asset has a hole in its ages" },
  "latest-age-differs": {
    severity: "disproof",
    means: "asset_metadata names another latest age than the asset has, so it can never be written again",
  },
  "input-missing": {
    severity: "disproof",
    means: "a record was computed from an asset record that is not there",
  },
  "input-wrong": {
    severity: "disproof",
    means: "a record does not name the age before its own as its input",
  },
  "nonce-differs": { severity: "disproof", means: "a record's nonce is not the id of its transaction" },
  "signature-wrong": { severity: "disproof", means: "a record is not signed by the entity that it names" },
  "contract-missing": { severity: "warning", means: "a record names a contract that is not registered" },
  "written-while-paused": { severity: "warning", means: "a row is dated inside the pause window" },
  "clock-order": {
    severity: "warning",
    means: "a row was committed before it was prepared, by the clocks of its writers",
  },
  "without-coordinator": {
    severity: "warning",
    means: "committed transactions have no coordinator row: cleaned up, or the coordinator is older",
  },
} as const satisfies Record<string, { readonly severity: Severity; readonly means: string }>;

export type Severity = "disproof" | "warning";
export type CheckId = keyof typeof CHECKS;

/** One thing that was found, for a person. */
export interface Finding {
  readonly check: CheckId;
  readonly severity: Severity;
  /** Logical name of the table, where one is to blame. */
  readonly table?: string;
  readonly key?: string;
  readonly transaction?: string;
  /** One sentence with the values. */
  readonly text: string;
}

export type Suspicion = Omit<Finding, "severity">;
