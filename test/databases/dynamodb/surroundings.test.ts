import { CloudWatchClient, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import {
  type CreateTableCommandInput,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import { CreateEventSourceMappingCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { captureTable } from "../../../shared/databases/dynamodb/capture.ts";
import { openDynamodb } from "../../../shared/databases/dynamodb/database.ts";
import { applySettings } from "../../../shared/databases/dynamodb/settings/apply-settings.ts";
import type { CapturedTable } from "../../../shared/restore/dynamodb/captured.ts";
import { settingsDifferences } from "../../../shared/restore/dynamodb/settings.ts";
import { CREDENTIALS, createTable, refusal, untilActive } from "../../rehearsal/dynamodb/swift.ts";
import { ACCOUNTS, COORDINATOR, NAMING, type Prod, setEverything, startProd } from "./prod.ts";

async function tableOf({ database }: Pick<Prod, "database">, name = ACCOUNTS): Promise<CapturedTable> {
  const { captured } = await database.capture({ withAlarms: true });
  return captured.tables.find((table) => table.name === name) as CapturedTable;
}

function beside({ db }: Prod) {
  return { endpoint: db.endpoint, region: db.region, credentials: CREDENTIALS };
}

async function read(prod: Prod, streamArn: string | undefined, FunctionName: string): Promise<void> {
  const lambda = new LambdaClient(beside(prod));
  await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName,
      EventSourceArn: streamArn,
      StartingPosition: "LATEST",
      BatchSize: 50,
      BisectBatchOnFunctionError: true,
    }),
  );
  lambda.destroy();
}

async function watch(
  prod: Prod,
  AlarmName: string,
  table: string,
  Namespace = "AWS/DynamoDB",
): Promise<void> {
  const cloudwatch = new CloudWatchClient(beside(prod));
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace,
      MetricName: "ThrottledRequests",
      Dimensions: [{ Name: "TableName", Value: table }],
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 5,
      ComparisonOperator: "GreaterThanThreshold",
    }),
  );
  cloudwatch.destroy();
}

test("who reads the stream is captured with everything that makes the reader anew, over all pages", async () => {
  const prod = await startProd();
  await setEverything(prod);
  const { streamArn } = await tableOf(prod);
  for (const name of ["audit", "search"]) await read(prod, streamArn, `arn:aws:lambda:function:${name}`);
  const { readers } = await tableOf(prod);
  expect(readers?.map(({ functionArn }) => functionArn)).toEqual([
    "arn:aws:lambda:function:audit",
    "arn:aws:lambda:function:search",
  ]);
  expect(readers?.[0]).toMatchObject({
    uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    enabled: true,
    options: { BatchSize: 50, BisectBatchOnFunctionError: true, MaximumRetryAttempts: -1 },
  });
  expect(Object.keys(readers?.[0]?.options ?? {})).not.toContain("DestinationConfig");
  expect((await tableOf(prod, COORDINATOR)).readers).toEqual([]);
});

test("alarms that name a table are captured, over all pages, but for those of auto scaling and of others", async () => {
  const prod = await startProd();
  await watch(prod, "throttled", ACCOUNTS);
  await watch(prod, `TargetTracking-table/${ACCOUNTS}-AlarmHigh-1`, ACCOUNTS);
  await watch(prod, "somebody else's", "another");
  await watch(prod, "of another service", ACCOUNTS, "Mine");
  await watch(prod, "slow", ACCOUNTS);
  const { alarms } = await tableOf(prod);
  expect(alarms?.map(({ name }) => name)).toEqual(["throttled", "slow"]);
  expect(alarms?.[0]?.definition).toContain('"Threshold":5');
  expect((await prod.database.capture()).captured.tables[0]?.alarms).toBeUndefined();
});

test("what may not be read is named for each table, and stops nothing", async () => {
  const prod = await startProd();
  await setEverything(prod);
  prod.db.faults.deny([
    "GetResourcePolicy",
    "ListContributorInsights",
    "DescribeKinesisStreamingDestination",
    "ListEventSourceMappings",
    "DescribeAlarms",
  ]);
  const { settings, unread, readers, alarms } = await tableOf(prod);
  expect(unread).toEqual([
    "Contributor Insights (dynamodb:ListContributorInsights)",
    "the Kinesis destinations (dynamodb:DescribeKinesisStreamingDestination)",
    "the resource policy (dynamodb:GetResourcePolicy)",
    "the resource policy of the stream (dynamodb:GetResourcePolicy)",
    "the Lambda functions that read the stream (lambda:ListEventSourceMappings: not allowed)",
    expect.stringContaining("the CloudWatch alarms (cloudwatch:DescribeAlarms: cannot describe the alarms"),
  ]);
  expect(settings).toMatchObject({ ttl: "expires", stream: "NEW_AND_OLD_IMAGES" });
  for (const unknown of [settings.policy, settings.insights, settings.kinesis, readers, alarms])
    expect(unknown).toBeUndefined();
  expect((await prod.database.capture()).problems).toEqual([]);
});

test("without a way to Lambda and CloudWatch a capture goes on, and says so", {
  timeout: 30_000,
}, async () => {
  const prod = await startProd();
  await setEverything(prod);
  const nowhere = "http://127.0.0.1:9";
  const database = openDynamodb({
    ...NAMING,
    region: prod.db.region,
    endpoint: prod.db.endpoint,
    lambdaEndpoint: nowhere,
    cloudwatchEndpoint: nowhere,
  });
  const { unread } = await tableOf({ database });
  expect(unread).toEqual([
    expect.stringMatching(/lambda:ListEventSourceMappings: .*ECONNREFUSED/),
    expect.stringMatching(/cloudwatch:DescribeAlarms: .*ECONNREFUSED/),
  ]);
  database.close();
});

test("a look at what is the same reads no settings at all", async () => {
  const prod = await startProd();
  const { identity, problems, coveredFromSecond } = await prod.database.capture();
  prod.db.faults.deny([
    "DescribeTimeToLive",
    "ListTagsOfResource",
    "DescribeScalableTargets",
    "GetResourcePolicy",
    "ListContributorInsights",
    "DescribeKinesisStreamingDestination",
  ]);
  expect(await prod.database.identify()).toEqual({ identity, problems, coveredFromSecond });
});

const LIMITED: Partial<CreateTableCommandInput> = {
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [
    { AttributeName: "id", AttributeType: "S" },
    { AttributeName: "owner", AttributeType: "S" },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: "by_owner",
      KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }],
      Projection: { ProjectionType: "ALL" },
      OnDemandThroughput: { MaxReadRequestUnits: 7 },
    },
  ],
  OnDemandThroughput: { MaxReadRequestUnits: 100, MaxWriteRequestUnits: 50 },
};

test("on-demand maxima are put back where they differ, of the table and of an index, and taken away", async () => {
  const prod = await startProd();
  const name = "prod_bank.limited";
  await createTable(prod, name, LIMITED);
  const { connection } = prod.database;
  const settings = async () =>
    (await captureTable(connection, name, { coordinator: false, metadata: {} }))?.settings as NonNullable<
      CapturedTable["settings"]
    >;
  const wanted = await settings();
  expect(wanted.onDemandLimits).toEqual([
    { index: null, read: 100, write: 50 },
    { index: "by_owner", read: 7, write: null },
  ]);
  await prod.client.send(
    new UpdateTableCommand({
      TableName: name,
      OnDemandThroughput: { MaxReadRequestUnits: -1, MaxWriteRequestUnits: 9 },
      GlobalSecondaryIndexUpdates: [
        {
          Update: {
            IndexName: "by_owner",
            OnDemandThroughput: { MaxReadRequestUnits: -1, MaxWriteRequestUnits: 3 },
          },
        },
      ],
    }),
  );
  expect(settingsDifferences(wanted, await settings())).toHaveLength(1);
  expect(await applySettings(connection, name, wanted)).toEqual([]);
  expect(settingsDifferences(wanted, await settings())).toEqual([]);
});

test("a policy that says the same in other words is not put again", async () => {
  const prod = await startProd();
  const { arn, settings } = await tableOf(prod);
  const Policy = '{"Statement":[{"Action":["b","a"]}]}';
  const { RevisionId } = await prod.client.send(new PutResourcePolicyCommand({ ResourceArn: arn, Policy }));
  const wanted = { ...settings, policy: '{"Statement":{"Action":["a","b"]}}' };
  expect(await applySettings(prod.database.connection, ACCOUNTS, wanted)).toEqual([]);
  const now = await prod.client.send(new GetResourcePolicyCommand({ ResourceArn: arn }));
  expect(now).toMatchObject({ Policy, RevisionId });
});

test("a policy of the stream itself cannot come back, and is named", async () => {
  const prod = await startProd();
  await setEverything(prod);
  const { streamArn } = await tableOf(prod);
  await prod.client.send(new PutResourcePolicyCommand({ ResourceArn: streamArn, Policy: "{}" }));
  expect((await tableOf(prod)).dropped).toEqual([
    "the resource policy of its stream, which names the old one",
  ]);
});

test("a global table makes a backup worthless, unless it was said that nobody writes elsewhere", async () => {
  const prod = await startProd();
  await prod.client.send(
    new UpdateTableCommand({
      TableName: ACCOUNTS,
      ReplicaUpdates: [{ Create: { RegionName: "eu-west-1" } }, { Create: { RegionName: prod.db.region } }],
    }),
  );
  await untilActive(prod, ACCOUNTS);
  const { problems, captured } = await prod.database.capture();
  expect(problems).toEqual([
    expect.stringContaining("replicas in eu-west-1: a pause here holds no writer there"),
  ]);
  expect(captured.tables[0]?.replicas).toEqual(["eu-west-1"]);
  const { settings } = prod.database;
  const accepting = openDynamodb({ ...settings, globalTables: "accept" });
  expect((await accepting.capture()).problems).toEqual([]);
  expect((await accepting.identify()).problems).toEqual([]);
  accepting.close();
});

test("an on-demand maximum does not fit a table that is paid by capacity", async () => {
  const prod = await startProd();
  const { settings } = await tableOf(prod);
  await refusal(
    prod.client.send(
      new UpdateTableCommand({ TableName: ACCOUNTS, OnDemandThroughput: { MaxReadRequestUnits: 1 } }),
    ),
    "ValidationException",
  );
  const wanted = { ...settings, onDemandLimits: [{ index: null, read: 1, write: null }] };
  expect(await applySettings(prod.database.connection, ACCOUNTS, wanted)).toEqual([]);
});
