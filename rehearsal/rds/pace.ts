/**
 * How long things take, in ms; in brackets what is documented of the real service (the first) or what people report of
 * small servers, roughly.
 */
export interface Pace {
  /** `LatestRestorableTime` lags this far behind now (5 min). */
  readonly latestDelayMs: number;
  /** A restore, before its first backup (10 min). */
  readonly restoreMs: number;
  /** (2 min) */
  readonly backUpMs: number;
  /** An instance of a cluster (7 min). */
  readonly createMs: number;
  /** (1 min) */
  readonly modifyMs: number;
  /** (1 min) */
  readonly rebootMs: number;
  /** (90 s) */
  readonly renameMs: number;
  /** (4 min) */
  readonly deleteMs: number;
  /** Until what was made or renamed is listed (some seconds). */
  readonly listedMs: number;
}

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
