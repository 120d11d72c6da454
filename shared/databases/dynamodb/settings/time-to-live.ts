import { DescribeTimeToLiveCommand, UpdateTimeToLiveCommand } from "@aws-sdk/client-dynamodb";
import type { TableSettings } from "../../../restore/dynamodb/captured.ts";
import type { DynamodbConnection } from "../connection.ts";
import { attempt } from "../refusal.ts";
import type { Changing } from "./change.ts";

/** Name of the attribute; null where time to live is off. */
export async function readTtl({ dynamodb }: DynamodbConnection, table: string): Promise<string | null> {
  const answer = await attempt("describe the time to live of table", table, () =>
    dynamodb.send(new DescribeTimeToLiveCommand({ TableName: table })),
  );
  const { TimeToLiveStatus: status, AttributeName: attribute } = answer.TimeToLiveDescription ?? {};
  return status === "ENABLED" || status === "ENABLING" ? (attribute ?? null) : null;
}

/** Only where it differs: the service refuses a second change within half an hour. */
export async function putTtlBack(
  { connection, table, change }: Changing,
  { ttl }: TableSettings,
): Promise<void> {
  if (ttl === null || ttl === table.settings.ttl) return;
  const specification = { Enabled: true, AttributeName: ttl };
  const command = new UpdateTimeToLiveCommand({
    TableName: table.name,
    TimeToLiveSpecification: specification,
  });
  await change("the time to live", () => connection.dynamodb.send(command));
}
