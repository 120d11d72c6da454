import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { ALARM_DEFINITION, MOST_ALARM_PAGES } from "../../../aws/alarm-definition.ts";
import { messageOf, StillpointError } from "../../../errors/stillpoint-error.ts";
import type { Surrounding } from "../../../restore/managed/captured.ts";
import type { RdsConnection } from "./connection.ts";
import { attempt } from "./refusal.ts";

export const ALARM = "alarm";

const NAMESPACE = "AWS/RDS";
const DIMENSIONS = ["DBInstanceIdentifier", "DBClusterIdentifier"];

/** What makes an alarm what it is, beside its name: its state and when it changed do not. */
const DEFINITION = [
  "AlarmDescription",
  ...ALARM_DEFINITION,
] as const satisfies readonly (keyof MetricAlarm)[];

/**
 * The alarms of the region that name one of these servers or instances. CloudWatch is no database: where it does not
 * answer, that is noted.
 */
export async function readAlarms(
  connection: RdsConnection,
  names: readonly string[],
  unread: string[],
): Promise<readonly Surrounding[]> {
  try {
    const alarms = await listAlarms(connection);
    return alarms.filter((alarm) => namesOne(alarm, names)).map(described);
  } catch (error) {
    unread.push(`the CloudWatch alarms (cloudwatch:DescribeAlarms: ${messageOf(error)})`);
    return [];
  }
}

async function listAlarms(connection: RdsConnection): Promise<readonly MetricAlarm[]> {
  const { DescribeAlarmsCommand } = await import("@aws-sdk/client-cloudwatch");
  const cloudwatch = await connection.cloudwatch();
  const alarms: MetricAlarm[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_ALARM_PAGES; page++) {
    const input = { AlarmTypes: ["MetricAlarm" as const], ...(next && { NextToken: next }) };
    const answer = await attempt("describe the alarms of region", connection.address.region, () =>
      cloudwatch.send(new DescribeAlarmsCommand(input)),
    );
    alarms.push(...(answer.MetricAlarms ?? []));
    next = answer.NextToken;
    if (!next) return alarms;
  }
  throw new StillpointError("DATABASE_REFUSED", `there are more than ${alarms.length} alarms`);
}

function namesOne({ Namespace, Dimensions, Metrics = [] }: MetricAlarm, names: readonly string[]): boolean {
  const metrics = [
    { Namespace, Dimensions },
    ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []),
  ];
  return metrics
    .filter((metric) => metric.Namespace === NAMESPACE)
    .flatMap((metric) => metric.Dimensions ?? [])
    .some(({ Name = "", Value = "" }) => DIMENSIONS.includes(Name) && names.includes(Value));
}

function described(alarm: MetricAlarm): Surrounding {
  const says = Object.fromEntries(
    DEFINITION.flatMap((name) => (alarm[name] === undefined ? [] : [[name, alarm[name]]])),
  );
  return { kind: ALARM, name: alarm.AlarmName ?? "", says };
}
