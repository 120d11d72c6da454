import { type ScaledFigure, scaledBy } from "../scaled-figure.ts";

/** How long things take, in ms. Every figure has its real counterpart in `REAL_PACE`. */
export interface Pace {
  /** A write is in the backup this long after it was made. */
  readonly backupDelayMs: number;
  readonly restoreMs: number;
  readonly createMs: number;
  readonly updateMs: number;
  readonly restartMs: number;
  readonly deleteMs: number;
  /** Until a standby has been made. */
  readonly standbyMs: number;
  /** Changing a firewall rule, a parameter or an administrator. */
  readonly resourceMs: number;
}

/** The first as documented, the others as people report them, roughly. */
const REAL_PACE: Pace = {
  backupDelayMs: 300_000,
  restoreMs: 20 * 60_000,
  createMs: 5 * 60_000,
  updateMs: 120_000,
  restartMs: 60_000,
  deleteMs: 120_000,
  standbyMs: 10 * 60_000,
  resourceMs: 15_000,
};

/** So that a rehearsal fits in a minute. */
export const REHEARSAL_PACE: Pace = {
  backupDelayMs: 1_000,
  restoreMs: 1_000,
  createMs: 100,
  updateMs: 100,
  restartMs: 100,
  deleteMs: 100,
  standbyMs: 200,
  resourceMs: 20,
};

const WHAT: Record<keyof Pace, string> = {
  backupDelayMs: "delay of the service's own backups",
  restoreMs: "restoring a server",
  createMs: "creating a server",
  updateMs: "changing a server",
  restartMs: "restarting a server",
  deleteMs: "deleting a server",
  standbyMs: "making a standby",
  resourceMs: "changing a parameter or a firewall rule",
};

export function scaledFigures(pace: Pace): readonly ScaledFigure[] {
  return scaledBy(WHAT, REAL_PACE, pace);
}
