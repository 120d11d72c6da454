import { CloudWatchClient, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import {
  type DynamoDBClient,
  EnableKinesisStreamingDestinationCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
  TagResourceCommand,
  UpdateContributorInsightsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { CreateEventSourceMappingCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { policyFor } from "../databases/dynamodb/prod.ts";
import { until, untilActive } from "../rehearsal/dynamodb/swift.ts";
import type { RuinedWorld } from "./ruined-world.ts";

export const READER = "arn:aws:lambda:us-east-1:000000000000:function:audit";
export const ALARM = "assets are throttled";

/** Everything that a restore loses, on one table that the ledger works with; answers the ARN of its stream. */
export async function setEverything({ world }: RuinedWorld, TableName: string): Promise<string> {
  const { client, dynamodb } = world;
  const swift = { db: dynamodb, client };
  const update = async (input: object) => {
    await client.send(new UpdateTableCommand({ TableName, ...input }));
    return untilActive(swift, TableName);
  };
  const stream = { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" };
  const { LatestStreamArn = "", TableArn = "" } = await update({ StreamSpecification: stream });
  await update({ TableClass: "STANDARD_INFREQUENT_ACCESS" });
  await update({ DeletionProtectionEnabled: true });
  const ttl = { Enabled: true, AttributeName: "expires" };
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: ttl }));
  await client.send(
    new TagResourceCommand({ ResourceArn: TableArn, Tags: [{ Key: "team", Value: "ledger" }] }),
  );
  await setBeside(client, TableName, TableArn);
  await hangOn({ endpoint: dynamodb.endpoint, region: dynamodb.region }, TableName, LatestStreamArn);
  return LatestStreamArn;
}

async function setBeside(client: DynamoDBClient, TableName: string, ResourceArn: string): Promise<void> {
  await client.send(
    new UpdateContributorInsightsCommand({
      TableName,
      ContributorInsightsAction: "ENABLE",
      ContributorInsightsMode: "THROTTLED_KEYS",
    }),
  );
  await client.send(
    new EnableKinesisStreamingDestinationCommand({
      TableName,
      StreamArn: "arn:aws:kinesis:us-east-1:000000000000:stream/ledger",
    }),
  );
  await client.send(new PutResourcePolicyCommand({ ResourceArn, Policy: policyFor(ResourceArn) }));
  const isSeen = () => client.send(new GetResourcePolicyCommand({ ResourceArn })).catch(() => undefined);
  await until(isSeen);
}

interface Place {
  readonly endpoint: string;
  readonly region: string;
}

async function hangOn(place: Place, table: string, EventSourceArn: string): Promise<void> {
  const lambda = new LambdaClient(place);
  await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: READER,
      EventSourceArn,
      StartingPosition: "LATEST",
      BatchSize: 7,
    }),
  );
  lambda.destroy();
  await watchTable(place, table);
}

export async function watchTable(place: Place, table: string, Threshold = 1): Promise<void> {
  const cloudwatch = new CloudWatchClient(place);
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: ALARM,
      Namespace: "AWS/DynamoDB",
      MetricName: "ThrottledRequests",
      Dimensions: [{ Name: "TableName", Value: table }],
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold,
      ComparisonOperator: "GreaterThanThreshold",
    }),
  );
  cloudwatch.destroy();
}
