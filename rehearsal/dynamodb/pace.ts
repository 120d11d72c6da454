import { type ScaledFigure, scaledBy } from "../scaled-figure.ts";

/** How long things take, in ms. Every figure has its real counterpart in `REAL_PACE`. */
export interface Pace {
  /** `LatestRestorableDateTime` lags this far behind now. */
  readonly latestDelayMs: number;
  /** A restore takes at least and at most this long, however small the table. */
  readonly restoreLeastMs: number;
  readonly restoreMostMs: number;
  readonly createTableMs: number;
  readonly deleteTableMs: number;
  /** How long a table is UPDATING after its stream or its class was changed. */
  readonly updateTableMs: number;
  /** From the answer of CreateBackup to AVAILABLE. */
  readonly backupMs: number;
  /** A backup may miss writes of this long before its request. */
  readonly backupDoubtMs: number;
  /** For this long after a table became ACTIVE its continuous backups are unavailable. */
  readonly continuousBackupsUnavailableMs: number;
  /** Between two changes of a table's deletion protection, or of its resource policy. */
  readonly settingCooldownMs: number;
  /** Between two changes of a table's time to live. */
  readonly ttlCooldownMs: number;
  /** For this long after a resource policy was put, the one before is answered. */
  readonly policySeenMs: number;
}

/** What was measured or is documented of the real service; restores of nearly empty tables. */
export const REAL_PACE: Pace = {
  latestDelayMs: 300_000,
  restoreLeastMs: 81_000,
  restoreMostMs: 721_000,
  createTableMs: 7_000,
  deleteTableMs: 6_000,
  updateTableMs: 6_000,
  backupMs: 50,
  backupDoubtMs: 60_000,
  continuousBackupsUnavailableMs: 6_000,
  settingCooldownMs: 15_000,
  ttlCooldownMs: 31 * 60_000,
  policySeenMs: 5_000,
};

/** About a hundredth of the real pace, so that a rehearsal fits in a minute. */
export const REHEARSAL_PACE: Pace = {
  latestDelayMs: 3_000,
  restoreLeastMs: 1_000,
  restoreMostMs: 2_000,
  createTableMs: 70,
  deleteTableMs: 60,
  updateTableMs: 60,
  backupMs: 50,
  backupDoubtMs: 600,
  continuousBackupsUnavailableMs: 60,
  settingCooldownMs: 150,
  ttlCooldownMs: 18_600,
  policySeenMs: 50,
};

const WHAT: Record<keyof Pace, string> = {
  latestDelayMs: "delay of the latest restorable time",
  restoreLeastMs: "shortest restore",
  restoreMostMs: "longest restore of a small table",
  createTableMs: "creating a table",
  deleteTableMs: "deleting a table",
  updateTableMs: "changing a table's stream or class",
  backupMs: "creating a backup",
  backupDoubtMs: "writes that a backup may miss",
  continuousBackupsUnavailableMs: "continuous backups unavailable after a table became active",
  settingCooldownMs: "wait between changes of deletion protection or policy",
  ttlCooldownMs: "wait between changes of time to live",
  policySeenMs: "until a new policy is answered",
};

export function scaledFigures(pace: Pace): readonly ScaledFigure[] {
  return scaledBy(WHAT, REAL_PACE, pace);
}
