import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { ALARM_DEFINITION, MOST_ALARM_PAGES } from "../../aws/alarm-definition.ts";
import { messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import type { Alarm } from "../../restore/dynamodb/captured.ts";
import { canonicalJson } from "../../workflow/canonical-json.ts";
import type { DynamodbConnection } from "./connection.ts";
import { attempt } from "./refusal.ts";

const NAMESPACE = "AWS/DynamoDB";
/** Made and removed by auto scaling with its policies. */
const OF_AUTO_SCALING = "TargetTracking-table/";

/** What makes an alarm what it is: its state and when it changed do not. */
const DEFINITION = ["AlarmName", ...ALARM_DEFINITION] as const satisfies readonly (keyof MetricAlarm)[];

export interface Alarms {
  /** By the name of the table that they name. */
  readonly byTable?: ReadonlyMap<string, Alarm[]>;
  /** Why nobody knows. */
  readonly unread?: string;
}

/**
 * The alarms of a region that name a table, or as many of them as are named. CloudWatch is no database: where it
 * does not answer, that is noted.
 */
export async function readAlarms(connection: DynamodbConnection, names?: readonly string[]): Promise<Alarms> {
  try {
    const alarms: MetricAlarm[] = [];
    for (const some of batches(names)) alarms.push(...(await listAlarms(connection, some)));
    return { byTable: byTable(alarms) };
  } catch (error) {
    return { unread: `the CloudWatch alarms (cloudwatch:DescribeAlarms: ${messageOf(error)})` };
  }
}

/** As many as one call takes; one call without names for all. */
const MOST_NAMES = 100;

function batches(names: readonly string[] | undefined): readonly (readonly string[] | undefined)[] {
  if (names === undefined) return [undefined];
  const count = Math.ceil(names.length / MOST_NAMES);
  return Array.from({ length: count }, (_, n) => names.slice(n * MOST_NAMES, (n + 1) * MOST_NAMES));
}

async function listAlarms(
  connection: DynamodbConnection,
  names: readonly string[] | undefined,
): Promise<readonly MetricAlarm[]> {
  const { DescribeAlarmsCommand } = await import("@aws-sdk/client-cloudwatch");
  const cloudwatch = await connection.cloudwatch();
  const input = { AlarmTypes: ["MetricAlarm" as const], ...(names && { AlarmNames: [...names] }) };
  const alarms: MetricAlarm[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_ALARM_PAGES; page++) {
    const token = next && { NextToken: next };
    const answer = await attempt("describe the alarms of region", connection.address.region, () =>
      cloudwatch.send(new DescribeAlarmsCommand({ ...input, ...token })),
    );
    alarms.push(...(answer.MetricAlarms ?? []));
    next = answer.NextToken;
    if (!next) return alarms;
  }
  throw new StillpointError("DATABASE_REFUSED", `there are more than ${alarms.length} alarms`);
}

function byTable(alarms: readonly MetricAlarm[]): ReadonlyMap<string, Alarm[]> {
  const found = new Map<string, Alarm[]>();
  for (const alarm of alarms)
    for (const table of tablesOf(alarm)) found.set(table, [...(found.get(table) ?? []), described(alarm)]);
  return found;
}

function tablesOf({ AlarmName = "", Namespace, Dimensions, Metrics = [] }: MetricAlarm): ReadonlySet<string> {
  if (AlarmName.startsWith(OF_AUTO_SCALING)) return new Set();
  const metrics = [
    { Namespace, Dimensions },
    ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []),
  ];
  return new Set(
    metrics
      .filter((metric) => metric.Namespace === NAMESPACE)
      .flatMap((metric) => metric.Dimensions ?? [])
      .flatMap(({ Name, Value = "" }) => (Name === "TableName" ? [Value] : [])),
  );
}

function described(alarm: MetricAlarm): Alarm {
  const definition = canonicalJson(Object.fromEntries(DEFINITION.map((name) => [name, alarm[name]])));
  return { name: alarm.AlarmName ?? "", definition };
}
