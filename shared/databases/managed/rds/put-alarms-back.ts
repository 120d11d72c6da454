import type { MetricAlarm, PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import { type PlannedServer, suffixOf } from "../../../restore/managed/plan.ts";
import { namingOf, RUN_TAG, renamed } from "../../../restore/managed/settings.ts";
import { canonicalJson } from "../../../workflow/canonical-json.ts";
import { ALARM, readAlarms } from "./alarms.ts";
import type { Changing } from "./changing.ts";
import type { RdsConnection } from "./connection.ts";
import { attempt } from "./refusal.ts";

/** Alarms of the original once more, for the restored server, under names of their own. */
export async function putAlarmsBack(
  connection: RdsConnection,
  changing: Changing,
  server: PlannedServer,
  run: string,
): Promise<void> {
  const { original, target } = server;
  const alarms = original.surroundings.filter(({ kind }) => kind === ALARM);
  if (alarms.length === 0) return;
  const { PutMetricAlarmCommand } = await import("@aws-sdk/client-cloudwatch");
  const cloudwatch = await connection.cloudwatch();
  const { names, suffix } = namingOf(server, run, false);
  for (const { name, says } of alarms) {
    const definition = JSON.parse(renamed(canonicalJson(says), names)) as MetricAlarm;
    const input = { ...definition, AlarmName: `${name}${suffix}`, Tags: [{ Key: RUN_TAG, Value: run }] };
    await changing.change(`alarm "${name}"`, target, () =>
      cloudwatch.send(new PutMetricAlarmCommand(input as PutMetricAlarmCommandInput)),
    );
  }
}

/** Only those that the run has made: they name the restored server and carry the run's mark. */
export async function removeAlarms(
  connection: RdsConnection,
  { original, target, members }: PlannedServer,
  run: string,
): Promise<void> {
  if (!original.surroundings.some(({ kind }) => kind === ALARM)) return;
  const named = [target, ...members.map((member) => member.target)];
  const alarms = await readAlarms(connection, named, []);
  const AlarmNames = alarms.map(({ name }) => name).filter((name) => name.endsWith(suffixOf(run)));
  if (AlarmNames.length === 0) return;
  const { DeleteAlarmsCommand } = await import("@aws-sdk/client-cloudwatch");
  const cloudwatch = await connection.cloudwatch();
  await attempt("delete the alarms of", target, () =>
    cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames })),
  );
}
