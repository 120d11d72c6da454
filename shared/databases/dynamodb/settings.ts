import {
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from "@aws-sdk/client-application-auto-scaling";
import {
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  ListTagsOfResourceCommand,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import type {
  CapturedTable,
  ScalableTarget,
  ScalingPolicy,
  TableSettings,
} from "../../restore/dynamodb/captured.ts";
import type { DynamodbConnection } from "./connection.ts";
import { attempt } from "./refusal.ts";

/** Pages of tags or of scaling targets of one table: far more than the service allows to exist. */
const MOST_PAGES = 20;

export interface Recovery {
  readonly recoveryDays: number | null;
  readonly coverage: NonNullable<CapturedTable["coverage"]> | undefined;
}

/** Point-in-time recovery of a table. `ContinuousBackupsStatus` is another thing and always enabled. */
export async function readRecovery({ dynamodb }: DynamodbConnection, table: string): Promise<Recovery> {
  const answer = await attempt("describe the continuous backups of table", table, () =>
    dynamodb.send(new DescribeContinuousBackupsCommand({ TableName: table })),
  );
  const recovery = answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } = recovery ?? {};
  if (recovery?.PointInTimeRecoveryStatus !== "ENABLED" || !earliest || !latest)
    return { recoveryDays: null, coverage: undefined };
  // Whole seconds that are surely inside: the service's own bounds carry fractions.
  const earliestSecond = Math.ceil(earliest.getTime() / 1000);
  const latestSecond = Math.floor(latest.getTime() / 1000);
  return { recoveryDays: recovery.RecoveryPeriodInDays ?? 35, coverage: { earliestSecond, latestSecond } };
}

/** Everything of a table that a restore would lose and that can be put back. */
export async function readSettings(
  connection: DynamodbConnection,
  table: TableDescription,
  recoveryDays: number | null,
): Promise<{ readonly settings: TableSettings; readonly reservedTags: readonly string[] }> {
  const name = table.TableName ?? "";
  const [ttl, { tags, reserved }, scaling] = await Promise.all([
    readTtl(connection, name),
    readTags(connection, name, table.TableArn ?? ""),
    readScaling(connection, [
      `table/${name}`,
      ...(table.GlobalSecondaryIndexes ?? []).map((index) => `table/${name}/index/${index.IndexName}`),
    ]),
  ]);
  const billing =
    table.BillingModeSummary?.BillingMode === "PAY_PER_REQUEST" ? "PAY_PER_REQUEST" : "PROVISIONED";
  const settings: TableSettings = {
    recoveryDays,
    billing,
    ...(billing === "PROVISIONED" && { capacity: capacityOf(table.ProvisionedThroughput) }),
    indexCapacity:
      billing === "PROVISIONED"
        ? Object.fromEntries(
            (table.GlobalSecondaryIndexes ?? []).map((index) => [
              index.IndexName ?? "",
              capacityOf(index.ProvisionedThroughput),
            ]),
          )
        : {},
    ...scaling,
    ttl,
    tags,
    deletionProtection: table.DeletionProtectionEnabled ?? false,
  };
  return { settings, reservedTags: reserved };
}

function capacityOf(throughput: TableDescription["ProvisionedThroughput"]): { read: number; write: number } {
  return { read: throughput?.ReadCapacityUnits ?? 0, write: throughput?.WriteCapacityUnits ?? 0 };
}

async function readTtl({ dynamodb }: DynamodbConnection, table: string): Promise<string | null> {
  const answer = await attempt("describe the time to live of table", table, () =>
    dynamodb.send(new DescribeTimeToLiveCommand({ TableName: table })),
  );
  const { TimeToLiveStatus: status, AttributeName: attribute } = answer.TimeToLiveDescription ?? {};
  return status === "ENABLED" || status === "ENABLING" ? (attribute ?? null) : null;
}

/** Tags of AWS' own, as CloudFormation puts them: they are listed like any other, but nobody else can set them. */
const RESERVED = "aws:";

async function readTags(
  { dynamodb }: DynamodbConnection,
  table: string,
  arn: string,
): Promise<{ readonly tags: Record<string, string>; readonly reserved: readonly string[] }> {
  const tags: Record<string, string> = {};
  const reserved: string[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await attempt("list the tags of table", table, () =>
      dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn: arn, ...(next && { NextToken: next }) })),
    );
    for (const { Key = "", Value = "" } of answer.Tags ?? [])
      if (Key.startsWith(RESERVED)) reserved.push(Key);
      else tags[Key] = Value;
    next = answer.NextToken;
    if (next === undefined) break;
  }
  return { tags, reserved };
}

/** Targets and policies of a table and its indexes, by resource id: they are not removed with the table. */
async function readScaling(
  { scaling }: DynamodbConnection,
  resources: readonly string[],
): Promise<{ scalableTargets: ScalableTarget[]; scalingPolicies: ScalingPolicy[] }> {
  const subject = resources[0] ?? "";
  const targets = await attempt("describe the auto scaling targets of", subject, () =>
    scaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: "dynamodb", ResourceIds: [...resources] }),
    ),
  );
  const scalableTargets = (targets.ScalableTargets ?? []).map((target) => ({
    resourceId: target.ResourceId ?? "",
    dimension: target.ScalableDimension ?? "",
    least: target.MinCapacity ?? 0,
    most: target.MaxCapacity ?? 0,
  }));
  const scaled = [...new Set(scalableTargets.map(({ resourceId }) => resourceId))];
  const policies = await Promise.all(
    scaled.map((resource) =>
      attempt("describe the auto scaling policies of", resource, () =>
        scaling.send(
          new DescribeScalingPoliciesCommand({ ServiceNamespace: "dynamodb", ResourceId: resource }),
        ),
      ),
    ),
  );
  const scalingPolicies = policies.flatMap((answer) =>
    (answer.ScalingPolicies ?? []).map((policy) => ({
      name: policy.PolicyName ?? "",
      resourceId: policy.ResourceId ?? "",
      dimension: policy.ScalableDimension ?? "",
      type: policy.PolicyType ?? "",
      tracking: policy.TargetTrackingScalingPolicyConfiguration ?? null,
    })),
  );
  return { scalableTargets, scalingPolicies };
}
