import {
  CreateBackupCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  DescribeKinesisStreamingDestinationCommand,
  DescribeTableCommand,
  EnableKinesisStreamingDestinationCommand,
  GetResourcePolicyCommand,
  ListContributorInsightsCommand,
  PutResourcePolicyCommand,
  RestoreTableFromBackupCommand,
  UpdateContributorInsightsCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import {
  A_WHILE_MS,
  CREDENTIALS,
  createTable,
  FOR_LONG_MS,
  refusal,
  type Swift,
  start,
  until,
  untilActive,
  untilGone,
} from "./swift.ts";

const ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/accounts";
const KINESIS = "arn:aws:kinesis:us-east-1:000000000000:stream/ledger";
const LIMIT = { MaxReadRequestUnits: 100 };

async function change(swift: Swift, input: object) {
  await swift.client.send(new UpdateTableCommand({ TableName: "accounts", ...input }));
  return untilActive(swift, "accounts");
}

/** A table with everything, and what Lambda hangs on its stream. */
async function fullTable(swift: Swift) {
  const { client } = swift;
  await createTable(swift, "accounts", { OnDemandThroughput: LIMIT });
  const stream = { StreamEnabled: true, StreamViewType: "KEYS_ONLY" };
  const { LatestStreamArn } = await change(swift, { StreamSpecification: stream });
  await change(swift, { TableClass: "STANDARD_INFREQUENT_ACCESS" });
  await change(swift, { ReplicaUpdates: [{ Create: { RegionName: "eu-west-1" } }] });
  await client.send(new PutResourcePolicyCommand({ ResourceArn: ARN, Policy: "{}" }));
  const on = { TableName: "accounts", ContributorInsightsAction: "ENABLE" } as const;
  await client.send(new UpdateContributorInsightsCommand(on));
  await client.send(
    new EnableKinesisStreamingDestinationCommand({ TableName: "accounts", StreamArn: KINESIS }),
  );
  return LatestStreamArn;
}

async function replaced(swift: Swift) {
  const { client } = swift;
  const backup = new CreateBackupCommand({ TableName: "accounts", BackupName: "all" });
  const BackupArn = (await client.send(backup)).BackupDetails?.BackupArn;
  const isThere = async () => {
    const { BackupDescription } = await client.send(new DescribeBackupCommand({ BackupArn }));
    return BackupDescription?.BackupDetails?.BackupStatus === "AVAILABLE";
  };
  await until(isThere);
  await client.send(new DeleteTableCommand({ TableName: "accounts" }));
  await untilGone(swift, "accounts");
  await client.send(new RestoreTableFromBackupCommand({ BackupArn, TargetTableName: "accounts" }));
  return untilActive(swift, "accounts");
}

test("a restored table has neither stream, class, replicas, policy, insights nor destinations, but its limits", async () => {
  const swift = await start();
  const { client } = swift;
  await fullTable(swift);
  const table = await replaced(swift);
  expect(table.OnDemandThroughput).toEqual(LIMIT);
  for (const lost of ["LatestStreamArn", "StreamSpecification", "TableClassSummary", "Replicas"] as const)
    expect(table[lost]).toBeUndefined();
  await refusal(client.send(new GetResourcePolicyCommand({ ResourceArn: ARN })), "PolicyNotFoundException");
  const { ContributorInsightsSummaries } = await client.send(
    new ListContributorInsightsCommand({ TableName: "accounts" }),
  );
  expect(ContributorInsightsSummaries).toMatchObject([{ ContributorInsightsStatus: "DISABLED" }]);
  const { KinesisDataStreamDestinations } = await client.send(
    new DescribeKinesisStreamingDestinationCommand({ TableName: "accounts" }),
  );
  expect(KinesisDataStreamDestinations).toEqual([]);
});

test("a reader of a stream goes on hanging on it when the table has another", async () => {
  const swift = await start();
  const old = await fullTable(swift);
  const lambda = new LambdaClient({
    endpoint: swift.db.endpoint,
    region: swift.db.region,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
  const read = (EventSourceArn: string | undefined) =>
    lambda.send(
      new CreateEventSourceMappingCommand({ FunctionName: "f", EventSourceArn, StartingPosition: "LATEST" }),
    );
  const mappingsOf = async (EventSourceArn: string | undefined) =>
    (await lambda.send(new ListEventSourceMappingsCommand({ EventSourceArn }))).EventSourceMappings ?? [];
  const { UUID } = await read(old);
  await replaced(swift);
  const stream = { StreamEnabled: true, StreamViewType: "KEYS_ONLY" };
  const { LatestStreamArn } = await change(swift, { StreamSpecification: stream });
  expect(LatestStreamArn).not.toBe(old);
  expect(await mappingsOf(LatestStreamArn)).toEqual([]);
  expect(await mappingsOf(old)).toMatchObject([{ UUID, State: "Enabled" }]);
  await refusal(read(old), "InvalidParameterValueException");
  await lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
  expect(await mappingsOf(old)).toEqual([]);
  lambda.destroy();
});

test("a new policy is seen after a while, and cannot be changed again soon", async () => {
  const swift = await start({ policySeenMs: A_WHILE_MS, settingCooldownMs: FOR_LONG_MS });
  await createTable(swift);
  const get = () => swift.client.send(new GetResourcePolicyCommand({ ResourceArn: ARN }));
  const put = (Policy: string) =>
    swift.client.send(new PutResourcePolicyCommand({ ResourceArn: ARN, Policy }));
  await refusal(put("not JSON"), "ValidationException");
  await put("{}");
  await refusal(get(), "PolicyNotFoundException");
  await refusal(put("[]"), "ThrottlingException");
  expect(await until(() => get().catch(() => undefined))).toMatchObject({ Policy: "{}" });
});

test("what is not there cannot be observed or streamed", async () => {
  const swift = await start();
  await createTable(swift);
  const stream = () =>
    swift.client.send(
      new EnableKinesisStreamingDestinationCommand({ TableName: "accounts", StreamArn: KINESIS }),
    );
  await stream();
  await refusal(stream(), "ValidationException");
  const insights = { TableName: "accounts", ContributorInsightsAction: "ENABLE" } as const;
  await refusal(
    swift.client.send(new UpdateContributorInsightsCommand({ ...insights, IndexName: "none" })),
    "ResourceNotFoundException",
  );
  await refusal(
    swift.client.send(new GetResourcePolicyCommand({ ResourceArn: `${ARN}/stream/2026` })),
    "ResourceNotFoundException",
  );
});

test("a replica is added while the table is updating", async () => {
  const swift = await start({ updateTableMs: FOR_LONG_MS });
  await createTable(swift);
  const { TableDescription } = await swift.client.send(
    new UpdateTableCommand({
      TableName: "accounts",
      ReplicaUpdates: [{ Create: { RegionName: "eu-west-1" } }],
    }),
  );
  expect(TableDescription).toMatchObject({ TableStatus: "UPDATING" });
  const { Table } = await swift.client.send(new DescribeTableCommand({ TableName: "accounts" }));
  expect(Table?.Replicas).toMatchObject([{ RegionName: "eu-west-1" }]);
});
