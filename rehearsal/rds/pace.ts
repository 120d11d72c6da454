/** How long things take, in ms. Every figure has its real counterpart in `REAL_PACE`. */
export interface Pace {
  /** `LatestRestorableTime` lags this far behind now. */
  readonly latestDelayMs: number;
  /** A restore, before its first backup. */
  readonly restoreMs: number;
  readonly backUpMs: number;
  readonly createMs: number;
  readonly modifyMs: number;
  readonly rebootMs: number;
  readonly renameMs: number;
  readonly deleteMs: number;
  /** Until what was made or renamed is listed. */
  readonly listedMs: number;
}

/** The first as documented; the others are what people report of small servers, roughly. */
export const REAL_PACE: Pace = {
  latestDelayMs: 300_000,
  restoreMs: 600_000,
  backUpMs: 120_000,
  createMs: 420_000,
  modifyMs: 60_000,
  rebootMs: 60_000,
  renameMs: 90_000,
  deleteMs: 240_000,
  listedMs: 3_000,
};

/** So that a rehearsal fits in a minute. */
export const REHEARSAL_PACE: Pace = {
  latestDelayMs: 1_500,
  restoreMs: 600,
  backUpMs: 120,
  createMs: 420,
  modifyMs: 120,
  rebootMs: 120,
  renameMs: 120,
  deleteMs: 120,
  listedMs: 30,
};
