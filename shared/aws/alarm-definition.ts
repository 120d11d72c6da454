import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";

/** A page holds a hundred; accounts may have 5,000 alarms in a region unless they asked for more. */
export const MOST_ALARM_PAGES = 200;

/** What makes an alarm what it is, beside its name: its state and when it changed do not. */
export const ALARM_DEFINITION = [
  "ActionsEnabled",
  "OKActions",
  "AlarmActions",
  "InsufficientDataActions",
  "MetricName",
  "Namespace",
  "Statistic",
  "ExtendedStatistic",
  "Dimensions",
  "Period",
  "Unit",
  "EvaluationPeriods",
  "DatapointsToAlarm",
  "Threshold",
  "ComparisonOperator",
  "TreatMissingData",
  "EvaluateLowSampleCountPercentile",
  "Metrics",
  "ThresholdMetricId",
] as const satisfies readonly (keyof MetricAlarm)[];
