import {
  ApplicationAutoScalingClient,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type ScalableDimension,
} from "@aws-sdk/client-application-auto-scaling";
import {
  type CreateTableCommandInput,
  EnableKinesisStreamingDestinationCommand,
  GetResourcePolicyCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
  TagResourceCommand,
  UpdateContributorInsightsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { afterEach } from "vitest";
import type { RehearsalDynamodbOptions } from "../../../rehearsal/dynamodb/dynamodb.ts";
import type { Pace } from "../../../rehearsal/dynamodb/pace.ts";
import { type DynamodbDatabase, openDynamodb } from "../../../shared/databases/dynamodb/database.ts";
import {
  CREDENTIALS,
  createTable,
  put,
  recover,
  type Swift,
  start,
  until,
  untilActive,
} from "../../rehearsal/dynamodb/swift.ts";

export const NAMING = { prefix: "prod_", metadataNamespace: "scalardb", coordinatorNamespace: "coordinator" };
export const METADATA = "prod_scalardb.metadata";
export const COORDINATOR = "prod_coordinator.state";
export const ACCOUNTS = "prod_bank.accounts";
/** Shares the prefix and is none of ours. */
export const FOREIGN = "prod_somebody.elses";
export const INDEX = "prod_bank.accounts.global_index.owner";

export interface Prod extends Swift {
  readonly database: DynamodbDatabase;
}

const open: DynamodbDatabase[] = [];

afterEach(() => {
  for (const database of open.splice(0)) database.close();
});

/** The adapter finds its credentials where the SDK looks for them. */
process.env["AWS_ACCESS_KEY_ID"] = CREDENTIALS.accessKeyId;
process.env["AWS_SECRET_ACCESS_KEY"] = CREDENTIALS.secretAccessKey;

function connectTo({ db }: Swift): DynamodbDatabase {
  const database = openDynamodb({ ...NAMING, region: db.region, endpoint: db.endpoint });
  open.push(database);
  return database;
}

/** Coordinator, accounts with every setting that there is, a table that only shares the prefix, the metadata. */
export async function startProd(
  pace: Partial<Pace> = {},
  options: RehearsalDynamodbOptions = {},
): Promise<Prod> {
  const swift = await start({ latestDelayMs: 0, ...pace }, options);
  await createTable(swift, METADATA, {
    KeySchema: [{ AttributeName: "table", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "table", AttributeType: "S" }],
  });
  for (const table of [COORDINATOR, ACCOUNTS])
    await swift.client.send(new PutItemCommand({ TableName: METADATA, Item: { table: { S: table } } }));
  await createProtected(swift, COORDINATOR);
  await createProtected(swift, ACCOUNTS, {
    BillingMode: "PROVISIONED",
    ProvisionedThroughput: { ReadCapacityUnits: 10, WriteCapacityUnits: 10 },
    AttributeDefinitions: [
      { AttributeName: "id", AttributeType: "S" },
      { AttributeName: "owner", AttributeType: "S" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: INDEX,
        KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }],
        Projection: { ProjectionType: "ALL" },
        ProvisionedThroughput: { ReadCapacityUnits: 4, WriteCapacityUnits: 4 },
      },
    ],
  });
  await createProtected(swift, FOREIGN);
  await put(swift, "alice", 100, ACCOUNTS);
  return { ...swift, database: connectTo(swift) };
}

/** As soon as the new table lets its point-in-time recovery be switched on. */
export async function createProtected(
  swift: Swift,
  name: string,
  shape: Partial<CreateTableCommandInput> = {},
): Promise<void> {
  await createTable(swift, name, shape);
  await until(() =>
    recover(swift, name, true).then(
      () => true,
      () => false,
    ),
  );
}

/** Everything of the accounts table that a restore loses. */
export async function setEverything({ client, db }: Swift): Promise<void> {
  const scaling = new ApplicationAutoScalingClient({
    endpoint: db.endpoint,
    region: db.region,
    credentials: CREDENTIALS,
  });
  for (const [resource, kind] of [
    [`table/${ACCOUNTS}`, "table"],
    [`table/${ACCOUNTS}/index/${INDEX}`, "index"],
  ] as const)
    for (const unit of ["Read", "Write"] as const)
      await scale(scaling, resource, `dynamodb:${kind}:${unit}CapacityUnits`, unit);
  scaling.destroy();
  const arn = `arn:aws:dynamodb:${db.region}:000000000000:table/${ACCOUNTS}`;
  const Tags = [
    { Key: "team", Value: "payments" },
    { Key: "empty", Value: "" },
  ];
  await client.send(new TagResourceCommand({ ResourceArn: arn, Tags }));
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: ACCOUNTS,
      TimeToLiveSpecification: { Enabled: true, AttributeName: "expires" },
    }),
  );
  await client.send(new UpdateTableCommand({ TableName: ACCOUNTS, DeletionProtectionEnabled: true }));
  await setTheRest({ client, db }, arn);
}

export const KINESIS = "arn:aws:kinesis:us-east-1:000000000000:stream/ledger";

/** What a table has a setting of its own for, one call each. */
async function setTheRest(swift: Swift, arn: string): Promise<void> {
  const { client } = swift;
  const update = async (input: object) => {
    await client.send(new UpdateTableCommand({ TableName: ACCOUNTS, ...input }));
    await untilActive(swift, ACCOUNTS);
  };
  await update({ StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" } });
  await update({ TableClass: "STANDARD_INFREQUENT_ACCESS" });
  await client.send(new PutResourcePolicyCommand({ ResourceArn: arn, Policy: policyFor(arn) }));
  await until(() => client.send(new GetResourcePolicyCommand({ ResourceArn: arn })).catch(() => undefined));
  for (const index of [{}, { IndexName: INDEX, ContributorInsightsMode: "THROTTLED_KEYS" as const }])
    await client.send(
      new UpdateContributorInsightsCommand({
        TableName: ACCOUNTS,
        ContributorInsightsAction: "ENABLE",
        ...index,
      }),
    );
  await client.send(
    new EnableKinesisStreamingDestinationCommand({
      TableName: ACCOUNTS,
      StreamArn: KINESIS,
      EnableKinesisStreamingConfiguration: { ApproximateCreationDateTimePrecision: "MICROSECOND" },
    }),
  );
}

export function policyFor(arn: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111111111111:root" },
        Action: ["dynamodb:GetItem", "dynamodb:Query"],
        Resource: arn,
      },
    ],
  });
}

async function scale(
  scaling: ApplicationAutoScalingClient,
  ResourceId: string,
  dimension: string,
  unit: "Read" | "Write",
): Promise<void> {
  const ScalableDimension = dimension as ScalableDimension;
  const target = { ServiceNamespace: "dynamodb", ResourceId, ScalableDimension } as const;
  await scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 1, MaxCapacity: 10 }));
  await scaling.send(
    new PutScalingPolicyCommand({
      ...target,
      PolicyName: `${ResourceId}-${unit.toLowerCase()}`,
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 70,
        ScaleInCooldown: 60,
        ScaleOutCooldown: 60,
        PredefinedMetricSpecification: { PredefinedMetricType: `DynamoDB${unit}CapacityUtilization` },
      },
    }),
  );
}
