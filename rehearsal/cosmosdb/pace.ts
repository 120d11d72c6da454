import { type ScaledFigure, scaledBy } from "../scaled-figure.ts";

/** How long things take, in ms. Every figure has its real counterpart in `REAL_PACE`. */
export interface Pace {
  /** A write is in the backup this long after it was made. */
  readonly backupDelayMs: number;
  /** A restore takes at least and at most this long, however small the account. */
  readonly restoreLeastMs: number;
  readonly restoreMostMs: number;
  readonly createAccountMs: number;
  readonly updateAccountMs: number;
  readonly deleteAccountMs: number;
  /** Creating, changing or deleting a database, a container, a script, a throughput or a data-plane role. */
  readonly resourceMs: number;
  /** Until the latest restorable time of a container is known. */
  readonly backupInformationMs: number;
}

/** The first three as documented (a restore of 1 TB); the others are what people report, roughly. */
const REAL_PACE: Pace = {
  backupDelayMs: 100_000,
  restoreLeastMs: 30 * 60_000,
  restoreMostMs: 90 * 60_000,
  createAccountMs: 180_000,
  updateAccountMs: 60_000,
  deleteAccountMs: 300_000,
  resourceMs: 5_000,
  backupInformationMs: 3_000,
};

/** So that a rehearsal fits in a minute. */
export const REHEARSAL_PACE: Pace = {
  backupDelayMs: 1_000,
  restoreLeastMs: 1_000,
  restoreMostMs: 2_000,
  createAccountMs: 100,
  updateAccountMs: 100,
  deleteAccountMs: 100,
  resourceMs: 20,
  backupInformationMs: 20,
};

const WHAT: Record<keyof Pace, string> = {
  backupDelayMs: "delay of the latest restorable timestamp",
  restoreLeastMs: "shortest restore",
  restoreMostMs: "longest restore of a terabyte",
  createAccountMs: "creating an account",
  updateAccountMs: "changing an account",
  deleteAccountMs: "deleting an account",
  resourceMs: "changing a database, a container or a script",
  backupInformationMs: "asking for the latest restorable timestamp",
};

export function scaledFigures(pace: Pace): readonly ScaledFigure[] {
  return scaledBy(WHAT, REAL_PACE, pace);
}
