import type { Alarm, CapturedTable, StreamReader } from "./captured.ts";
import { replicasText } from "./losses.ts";

/** What is left for people once the settings are back, one sentence each; empty where there is nothing. */
export function leftToDo(original: CapturedTable, now: CapturedTable): readonly string[] {
  const { name, replicas, readers = [], alarms } = original;
  return [
    ...readers.map((reader) => readerText(reader, now.streamArn)),
    ...(replicas.length > 0 && now.replicas.length === 0 ? [replicasText(name, replicas)] : []),
    ...(alarms ? alarmDifferences(alarms, now.alarms) : []),
  ];
}

/** From its beginning: the new stream holds nothing from before, and nothing must be missed. */
const STARTING_POSITION = "TRIM_HORIZON";

function readerText({ uuid, functionArn, enabled, options }: StreamReader, streamArn?: string): string {
  const input = {
    FunctionName: functionArn,
    EventSourceArn: streamArn ?? "THE-NEW-STREAM",
    StartingPosition: STARTING_POSITION,
    ...(!enabled && { Enabled: false }),
    ...options,
  };
  const where = streamArn === undefined ? "there is no new one yet" : `the new one is ${streamArn}`;
  const make = `aws lambda create-event-source-mapping --cli-input-json ${quoted(JSON.stringify(input))}`;
  return `event source mapping ${uuid} of ${functionArn} hangs on the old stream; ${where}. Make it anew: ${make} && aws lambda delete-event-source-mapping --uuid ${uuid}`;
}

/** As a shell takes it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function alarmDifferences(before: readonly Alarm[], now: readonly Alarm[] | undefined): readonly string[] {
  if (before.length === 0) return [];
  if (now === undefined) return ["CloudWatch alarms: could not be looked at"];
  const found = new Map(now.map(({ name, definition }) => [name, definition]));
  return before.flatMap(({ name, definition }) => {
    const is = found.get(name);
    if (is === undefined) return [`CloudWatch alarm "${name}": is gone`];
    return is === definition ? [] : [`CloudWatch alarm "${name}": was changed`];
  });
}
