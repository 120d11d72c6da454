import {
  PutScalingPolicyCommand,
  type PutScalingPolicyCommandInput,
  RegisterScalableTargetCommand,
  type ScalableDimension,
} from "@aws-sdk/client-application-auto-scaling";
import {
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import type { TableSettings } from "../../restore/dynamodb/captured.ts";
import { captureTable } from "./capture.ts";
import type { DynamodbConnection } from "./connection.ts";
import { patiently } from "./patiently.ts";
import { attempt } from "./refusal.ts";

/** What passes by itself after a table has become active, and between two changes of it. */
const PASSING = [
  "ContinuousBackupsUnavailableException",
  "ResourceInUseException",
  "ThrottlingException",
  "LimitExceededException",
] as const;

/**
 * Puts the captured settings back, each only where it differs, in the order that the service takes without
 * refusing (time to live, recovery, tags, deletion protection). Auto scaling calls replace what they find.
 */
export async function applySettings(
  connection: DynamodbConnection,
  name: string,
  wanted: TableSettings,
): Promise<void> {
  const table = await captureTable(connection, name, { coordinator: false, metadata: {} });
  if (table === undefined) return;
  const found = table.settings;
  const { dynamodb } = connection;
  const change = (what: string, call: () => Promise<unknown>) =>
    attempt(`put back ${what} of table`, name, () => patiently(PASSING, call));

  if (wanted.billing !== found.billing)
    await change("the billing mode", () => dynamodb.send(billingCommand(name, wanted)));
  await putScalingBack(connection, wanted, change);
  const { ttl } = wanted;
  if (ttl !== null && ttl !== found.ttl) {
    const specification = { Enabled: true, AttributeName: ttl };
    await change("the time to live", () =>
      dynamodb.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification: specification })),
    );
  }
  if (wanted.recoveryDays !== null && wanted.recoveryDays !== found.recoveryDays) {
    const recovery = { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: wanted.recoveryDays };
    await change("point-in-time recovery", () =>
      dynamodb.send(
        new UpdateContinuousBackupsCommand({ TableName: name, PointInTimeRecoverySpecification: recovery }),
      ),
    );
  }
  const tags = Object.entries(wanted.tags).map(([Key, Value]) => ({ Key, Value }));
  if (tags.length > 0)
    await change("the tags", () =>
      dynamodb.send(new TagResourceCommand({ ResourceArn: table.arn, Tags: tags })),
    );
  if (wanted.deletionProtection && !found.deletionProtection)
    await change("the deletion protection", () =>
      dynamodb.send(new UpdateTableCommand({ TableName: name, DeletionProtectionEnabled: true })),
    );
}

function billingCommand(
  name: string,
  { billing, capacity, indexCapacity }: TableSettings,
): UpdateTableCommand {
  if (billing === "PAY_PER_REQUEST") return new UpdateTableCommand({ TableName: name, BillingMode: billing });
  const updates = Object.entries(indexCapacity).map(([IndexName, index]) => ({
    Update: { IndexName, ProvisionedThroughput: throughput(index) },
  }));
  return new UpdateTableCommand({
    TableName: name,
    BillingMode: billing,
    ...(capacity && { ProvisionedThroughput: throughput(capacity) }),
    ...(updates.length > 0 && { GlobalSecondaryIndexUpdates: updates }),
  });
}

function throughput({ read, write }: { readonly read: number; readonly write: number }) {
  return { ReadCapacityUnits: read, WriteCapacityUnits: write };
}

async function putScalingBack(
  { scaling }: DynamodbConnection,
  { scalableTargets, scalingPolicies }: TableSettings,
  change: (what: string, call: () => Promise<unknown>) => Promise<unknown>,
): Promise<void> {
  for (const { resourceId, dimension, least, most } of scalableTargets) {
    const target = {
      ServiceNamespace: "dynamodb",
      ResourceId: resourceId,
      MinCapacity: least,
      MaxCapacity: most,
    } as const;
    const command = new RegisterScalableTargetCommand({
      ...target,
      ScalableDimension: dimension as ScalableDimension,
    });
    await change("the auto scaling targets", () => scaling.send(command));
  }
  for (const { name, resourceId, dimension, type, tracking } of scalingPolicies) {
    const policy = {
      ServiceNamespace: "dynamodb",
      PolicyName: name,
      ResourceId: resourceId,
      ScalableDimension: dimension,
      PolicyType: type,
      TargetTrackingScalingPolicyConfiguration: tracking,
    } as PutScalingPolicyCommandInput;
    await change("the auto scaling policies", () => scaling.send(new PutScalingPolicyCommand(policy)));
  }
}
