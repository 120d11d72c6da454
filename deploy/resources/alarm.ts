import type { Deployable } from "../deployable.ts";
import type { Resource } from "./resource.ts";

interface Watch {
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
  readonly statistic: "Sum" | "Maximum";
  readonly periodSeconds: number;
  /** How many periods in a row; one where it is left out. */
  readonly periods?: number;
  /** The value from which on it is an alarm; `below` for one that must not be fallen short of. */
  readonly atLeast?: number;
  readonly below?: number;
  /** What it means that nothing was measured. */
  readonly missing: "breaching" | "notBreaching";
}

/** An alarm of CloudWatch that tells the topic, where there is one, when it begins and when it is over. */
export function alarm({ aws: { alarmTopic } }: Deployable, watch: Watch): Resource {
  const { below, atLeast = 1, periods = 1 } = watch;
  const tell = alarmTopic === undefined ? {} : { AlarmActions: [alarmTopic], OKActions: [alarmTopic] };
  return {
    Type: "AWS::CloudWatch::Alarm",
    Properties: {
      AlarmDescription: watch.description,
      Namespace: watch.namespace,
      MetricName: watch.metric,
      Dimensions: Object.entries(watch.dimensions).map(([Name, Value]) => ({ Name, Value })),
      Statistic: watch.statistic,
      Period: watch.periodSeconds,
      EvaluationPeriods: periods,
      DatapointsToAlarm: periods,
      ComparisonOperator: below === undefined ? "GreaterThanOrEqualToThreshold" : "LessThanThreshold",
      Threshold: below ?? atLeast,
      TreatMissingData: watch.missing,
      ...tell,
    },
  };
}
