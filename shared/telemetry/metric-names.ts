/** What the functions measure. The lists below say which dimensions each has: an alarm looks at exactly these. */
export const METRIC_NAMESPACE = "Stillpoint";
/** Powertools puts it on every metric, as the dimension `service`. */
export const SERVICE_NAME = "stillpoint";
/** The name of the dimension that tells one deployment's metrics from another's. */
export const DEPLOYMENT_DIMENSION = "deployment";

/** Of one deployment: with the dimensions `service` and `deployment`. */
export const DEPLOYMENT_METRICS = {
  /** Count: windows that must not be used. */
  windowInvalid: "WindowInvalid",
  /** Count: backups that were refused before anything was paused, late ones among them. */
  backupRefused: "BackupRefused",
  /** Count: rounds of the sweep that could not do all of their work. */
  sweepTrouble: "SweepTrouble",
  /** Count: instances that may still be paused. */
  stillPaused: "StillPaused",
  /** Seconds since the last point that can be restored to, an observed one included; ten years where there is none. */
  pointAge: "PointAge",
  /** Count: restores that nobody has finished. */
  unfinishedRuns: "UnfinishedRuns",
  /** Count: restores that have ended without what they were asked for. */
  restoreFailed: "RestoreFailed",
  /** Milliseconds. */
  holdTime: "HoldTime",
  /** Milliseconds. */
  drainTime: "DrainTime",
  /** Milliseconds, from the first Pause sent to the last gate confirmed open. */
  pauseSpan: "PauseSpan",
  /** Milliseconds between the restore point's second and the nearer end of its window. */
  margin: "Margin",
  /** Seconds. */
  restoreDuration: "RestoreDuration",
  /** Count. */
  rowsVerified: "RowsVerified",
} as const;

/** Of the whole service: with the dimension `service` alone. */
export const SERVICE_METRICS = {
  /** Count: 1 for each round of the sweep that ran to its end, over all deployments. */
  sweepRound: "SweepRound",
  /** Count: events that the bus did not take. */
  undeliveredEvents: "UndeliveredEvents",
} as const;

export type DeploymentMetric = (typeof DEPLOYMENT_METRICS)[keyof typeof DEPLOYMENT_METRICS];
export type ServiceMetric = (typeof SERVICE_METRICS)[keyof typeof SERVICE_METRICS];
export type Metric = DeploymentMetric | ServiceMetric;

const IN_SECONDS: ReadonlySet<Metric> = new Set(["PointAge", "RestoreDuration"]);
const IN_MILLISECONDS: ReadonlySet<Metric> = new Set(["HoldTime", "DrainTime", "PauseSpan", "Margin"]);

export function unitOf(metric: Metric): "Count" | "Seconds" | "Milliseconds" {
  if (IN_SECONDS.has(metric)) return "Seconds";
  return IN_MILLISECONDS.has(metric) ? "Milliseconds" : "Count";
}
