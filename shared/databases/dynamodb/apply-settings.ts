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
import { codeOf, messageOf } from "../../errors/stillpoint-error.ts";
import type { TableSettings } from "../../restore/dynamodb/captured.ts";
import { billingDifferences } from "../../restore/dynamodb/settings.ts";
import { captureTable } from "./capture.ts";
import type { DynamodbConnection } from "./connection.ts";
import { patiently } from "./patiently.ts";
import { attempt, isRefusal } from "./refusal.ts";

/** What passes by itself after a table has become active, and between two changes of it. */
const PASSING = [
  "ContinuousBackupsUnavailableException",
  "ResourceInUseException",
  "ThrottlingException",
  "LimitExceededException",
  "ConcurrentUpdateException",
] as const;

/**
 * Puts the captured settings back, each only where it differs, in the order that the service takes without
 * refusing (time to live, recovery, tags, deletion protection). Auto scaling calls replace what they find.
 * Answers what was refused for good.
 */
export async function applySettings(
  connection: DynamodbConnection,
  name: string,
  wanted: TableSettings,
): Promise<readonly string[]> {
  const table = await captureTable(connection, name, { coordinator: false, metadata: {} });
  if (table === undefined) return [];
  const found = table.settings;
  const { dynamodb } = connection;
  const refused: string[] = [];
  const change = (what: string, call: () => Promise<unknown>) =>
    attempt(`put back ${what} of table`, name, () => patiently(PASSING, call)).catch((error: unknown) => {
      if (!isForGood(error)) throw error;
      refused.push(messageOf(error));
    });

  if (billingDifferences(wanted, found).length > 0)
    await change("the billing mode", () => dynamodb.send(billingCommand(name, wanted, found)));
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
  return refused;
}

/** No further try would change it: the other settings are put back all the same, and people are told. */
function isForGood(error: unknown): boolean {
  const { cause } = error as Error;
  const theirs = (cause as { $fault?: unknown } | undefined)?.$fault === "server";
  return codeOf(error) === "DATABASE_REFUSED" && !theirs && !isRefusal(cause, ...PASSING);
}

/** The service refuses to set a capacity to what it is, so only what changes is sent. */
function billingCommand(name: string, wanted: TableSettings, found: TableSettings): UpdateTableCommand {
  const { billing, capacity, indexCapacity } = wanted;
  if (billing === "PAY_PER_REQUEST") return new UpdateTableCommand({ TableName: name, BillingMode: billing });
  const updates = Object.entries(indexCapacity)
    .filter(([index, wish]) => !isSame(wish, found.indexCapacity[index]))
    .map(([IndexName, wish]) => ({ Update: { IndexName, ProvisionedThroughput: throughput(wish) } }));
  return new UpdateTableCommand({
    TableName: name,
    ...(billing !== found.billing && { BillingMode: billing }),
    ...(capacity && !isSame(capacity, found.capacity) && { ProvisionedThroughput: throughput(capacity) }),
    ...(updates.length > 0 && { GlobalSecondaryIndexUpdates: updates }),
  });
}

interface Capacity {
  readonly read: number;
  readonly write: number;
}

function isSame(wanted: Capacity, found: Capacity | undefined): boolean {
  return wanted.read === found?.read && wanted.write === found.write;
}

function throughput({ read, write }: Capacity) {
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
