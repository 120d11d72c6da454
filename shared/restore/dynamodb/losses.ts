import { quoted } from "../../errors/quoted.ts";
import type { CapturedTable } from "./captured.ts";
import type { DynamodbPlan, PlannedTable } from "./plan.ts";

/** What a restore in place does not bring back as it was, table by table, and what to do about it. */
export function* losses({ tables }: Pick<DynamodbPlan, "tables">): Generator<string> {
  for (const { name, original } of tables) {
    if (original.dropped.length > 0)
      yield `Table "${name}" loses ${original.dropped.join(" and ")}: put it back by hand`;
    yield* streamLosses(name, original);
    yield* policyLosses(name, original);
    yield* replicaLosses(name, original);
  }
  yield* unreadTexts(tables);
}

function* streamLosses(
  name: string,
  { settings, streamArn, readers = [] }: CapturedTable,
): Generator<string> {
  if (settings.stream === undefined || settings.stream === null) return;
  yield `Table "${name}" gets a new stream with another ARN; records of the old one (${streamArn}) that nobody has read can be read for 24 hours, and readers must be pointed to the new one`;
  for (const { functionArn, uuid } of readers)
    yield `Table "${name}" loses its reader ${functionArn}: its event source mapping ${uuid} hangs on the old stream. The end of the restore tells the command that makes it anew`;
}

function* policyLosses(name: string, { settings, streamArn }: CapturedTable): Generator<string> {
  if (streamArn !== undefined && settings.policy?.includes(streamArn))
    yield `The resource policy of table "${name}" names its stream (${streamArn}), which will be another one: it is put back as it is and does not fit; change it by hand`;
}

function* replicaLosses(name: string, { replicas }: CapturedTable): Generator<string> {
  if (replicas.length > 0) yield replicasText(name, replicas);
}

/** Told before and after. */
export function replicasText(name: string, replicas: readonly string[]): string {
  const regions = replicas.join(", ");
  return `Table "${name}" becomes a table of this region alone: its replicas in ${regions} stay as they are, with their rows of today, and are no replicas of it any more. DynamoDB refuses to delete a replica that others were made from in the last 24 hours. To have replicas again, delete the tables in ${regions}, then: aws dynamodb update-table --table-name ${name} --replica-updates 'Create={RegionName=REGION}', for each region`;
}

function* unreadTexts(tables: readonly PlannedTable[]): Generator<string> {
  const tablesOf = new Map<string, string[]>();
  for (const { name, original } of tables)
    for (const what of original.unread ?? []) tablesOf.set(what, [...(tablesOf.get(what) ?? []), name]);
  for (const [what, names] of tablesOf)
    yield `Not looked at, and lost where set: ${what} of ${quoted(names)}`;
}

/** Alarms name a table, and the new one has the name of the old one. */
export function* keptAlarms({ tables }: Pick<DynamodbPlan, "tables">): Generator<string> {
  const names = tables.flatMap(({ original }) => (original.alarms ?? []).map(({ name }) => name));
  if (names.length > 0)
    yield `CloudWatch alarms follow the tables' names and are kept; they may fire meanwhile: ${[...new Set(names)].sort().join(", ")}`;
}
