import type { TableDescription } from "@aws-sdk/client-dynamodb";
import type { TableSettings } from "../../../restore/dynamodb/captured.ts";
import type { DynamodbConnection } from "../connection.ts";
import { billingOf } from "./billing.ts";
import { readInsights } from "./insights.ts";
import { readKinesis } from "./kinesis.ts";
import { onDemandLimitsOf } from "./on-demand-limits.ts";
import { readPolicy } from "./policy.ts";
import { readScaling } from "./scaling.ts";
import { streamOf } from "./stream.ts";
import { tableClassOf } from "./table-class.ts";
import { readTags } from "./tags.ts";
import { readTtl } from "./time-to-live.ts";
import { readOrNote } from "./unread.ts";

export interface ReadSettings {
  readonly settings: TableSettings;
  /** What nobody here can put back. */
  readonly dropped: readonly string[];
  readonly unread: readonly string[];
}

/** Everything of a table that a restore would lose, besides who reads its stream. */
export async function readSettings(
  connection: DynamodbConnection,
  table: TableDescription,
  recoveryDays: number | null,
): Promise<ReadSettings> {
  const { TableName: name = "", TableArn: arn = "", LatestStreamArn: streamArn } = table;
  const unread: string[] = [];
  const stream = streamOf(table);
  const [ttl, { tags, reserved }, scaling, policy, streamPolicy, insights, kinesis] = await Promise.all([
    readTtl(connection, name),
    readTags(connection, name, arn),
    readScaling(connection, table),
    readOrNote(unread, "the resource policy (dynamodb:GetResourcePolicy)", () => readPolicy(connection, arn)),
    stream === null || streamArn === undefined
      ? null
      : readOrNote(unread, "the resource policy of the stream (dynamodb:GetResourcePolicy)", () =>
          readPolicy(connection, streamArn),
        ),
    readOrNote(unread, "Contributor Insights (dynamodb:ListContributorInsights)", () =>
      readInsights(connection, name),
    ),
    readOrNote(unread, "the Kinesis destinations (dynamodb:DescribeKinesisStreamingDestination)", () =>
      readKinesis(connection, name),
    ),
  ]);
  const settings: TableSettings = {
    recoveryDays,
    ...billingOf(table),
    ...scaling,
    ttl,
    tags,
    deletionProtection: table.DeletionProtectionEnabled ?? false,
    stream,
    tableClass: tableClassOf(table),
    onDemandLimits: onDemandLimitsOf(table),
    ...(policy !== undefined && { policy }),
    ...(insights && { insights }),
    ...(kinesis && { kinesis }),
  };
  const dropped = [
    ...(streamPolicy ? ["the resource policy of its stream, which names the old one"] : []),
    ...(reserved.length > 0 ? [`the tags ${[...reserved].sort().join(", ")}, which only AWS can set`] : []),
  ];
  return { settings, dropped, unread: unread.sort() };
}
