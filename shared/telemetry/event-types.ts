/** Who puts an event on the bus: people and their tools, or the functions. The bus's policy keeps them apart. */
export const OPERATOR_SOURCE = "stillpoint.operator";
export const OWN_SOURCE = "stillpoint";

/** What may be asked of the functions by an event. */
export const REQUESTS = {
  requested: "stillpoint.restore.requested",
  approved: "stillpoint.restore.approved",
  resumed: "stillpoint.restore.resumed",
} as const;

/** What the functions tell. */
export const NOTICES = {
  windowRecorded: "stillpoint.window.recorded",
  windowInvalid: "stillpoint.window.invalid",
  stillPaused: "stillpoint.instance.still-paused",
  backupRefused: "stillpoint.backup.refused",
  pointComplete: "stillpoint.point.complete",
  pointFailed: "stillpoint.point.failed",
  restoreStarted: "stillpoint.restore.started",
  restoreWaiting: "stillpoint.restore.waiting",
  restoreFinished: "stillpoint.restore.finished",
  restoreFailed: "stillpoint.restore.failed",
  searchStarted: "stillpoint.search.started",
  quietFound: "stillpoint.quiet.found",
  searchFailed: "stillpoint.search.failed",
} as const;
