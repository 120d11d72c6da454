import { type StreamViewType, type TableDescription, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import type { TableSettings } from "../../../restore/dynamodb/captured.ts";
import type { Changing } from "./change.ts";

/** What the records of the stream hold; null where it is off. */
export function streamOf({ StreamSpecification: stream }: TableDescription): string | null {
  return stream?.StreamEnabled ? (stream.StreamViewType ?? null) : null;
}

/** It is another stream than before: its ARN is new, and whoever read the old one must be told. */
export async function putStreamBack(
  { connection, table, change, settled }: Changing,
  { stream }: TableSettings,
): Promise<void> {
  if (stream === undefined || stream === null || stream === table.settings.stream) return;
  const specification = { StreamEnabled: true, StreamViewType: stream as StreamViewType };
  const command = new UpdateTableCommand({ TableName: table.name, StreamSpecification: specification });
  await change("the stream", () => connection.dynamodb.send(command));
  await settled();
}
