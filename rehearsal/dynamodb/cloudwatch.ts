import type { Wire } from "./wire.ts";
import type { Operations, World } from "./world.ts";

interface AlarmInput extends Wire {
  readonly AlarmName?: string;
  readonly AlarmNames?: readonly string[];
  readonly NextToken?: string;
}

/** An alarm is only remembered: it never fires. */
function putMetricAlarm(world: World, input: AlarmInput): object {
  const { AlarmName = "" } = input;
  world.alarms.set(AlarmName, { ActionsEnabled: true, ...input, StateValue: "INSUFFICIENT_DATA" });
  return {};
}

/** One at a time, so that a reader that forgets the next page is found out; the service has fifty on a page. */
function describeAlarms(world: World, { AlarmNames, NextToken }: AlarmInput): object {
  const all = [...world.alarms].filter(([name]) => AlarmNames?.includes(name) ?? true);
  const at = Number(NextToken ?? 0);
  return {
    MetricAlarms: all.slice(at, at + 1).map(([, alarm]) => alarm),
    ...(all.length > at + 1 && { NextToken: String(at + 1) }),
  };
}

function deleteAlarms(world: World, { AlarmNames = [] }: AlarmInput): object {
  for (const name of AlarmNames) world.alarms.delete(name);
  return {};
}

export const CLOUDWATCH: Operations = {
  PutMetricAlarm: putMetricAlarm,
  DescribeAlarms: describeAlarms,
  DeleteAlarms: deleteAlarms,
};
