import {
  type ApproximateCreationDateTimePrecision,
  DescribeKinesisStreamingDestinationCommand,
  EnableKinesisStreamingDestinationCommand,
} from "@aws-sdk/client-dynamodb";
import type { KinesisDestination, TableSettings } from "../../../restore/dynamodb/captured.ts";
import type { DynamodbConnection } from "../connection.ts";
import { attempt } from "../refusal.ts";
import type { Changing } from "./change.ts";

const ON: readonly string[] = ["ACTIVE", "ENABLING", "UPDATING"];
const USUAL_PRECISION: ApproximateCreationDateTimePrecision = "MILLISECOND";

export async function readKinesis(
  { dynamodb }: DynamodbConnection,
  table: string,
): Promise<KinesisDestination[]> {
  const answer = await attempt("describe the Kinesis destinations of table", table, () =>
    dynamodb.send(new DescribeKinesisStreamingDestinationCommand({ TableName: table })),
  );
  return (answer.KinesisDataStreamDestinations ?? [])
    .filter(({ DestinationStatus = "" }) => ON.includes(DestinationStatus))
    .map(({ StreamArn = "", ApproximateCreationDateTimePrecision: precision = USUAL_PRECISION }) => ({
      streamArn: StreamArn,
      precision,
    }));
}

export async function putKinesisBack(
  { connection, table, change }: Changing,
  { kinesis = [] }: TableSettings,
): Promise<void> {
  const found = new Set((table.settings.kinesis ?? []).map(({ streamArn }) => streamArn));
  for (const { streamArn, precision } of kinesis.filter((each) => !found.has(each.streamArn))) {
    const configuration = {
      ApproximateCreationDateTimePrecision: precision as ApproximateCreationDateTimePrecision,
    };
    const command = new EnableKinesisStreamingDestinationCommand({
      TableName: table.name,
      StreamArn: streamArn,
      EnableKinesisStreamingConfiguration: configuration,
    });
    await change("the Kinesis destinations", () => connection.dynamodb.send(command));
  }
}
