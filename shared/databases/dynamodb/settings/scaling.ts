import {
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  type PutScalingPolicyCommandInput,
  RegisterScalableTargetCommand,
  type ScalableDimension,
} from "@aws-sdk/client-application-auto-scaling";
import type { TableDescription } from "@aws-sdk/client-dynamodb";
import type { ScalableTarget, ScalingPolicy, TableSettings } from "../../../restore/dynamodb/captured.ts";
import type { DynamodbConnection } from "../connection.ts";
import { attempt } from "../refusal.ts";
import type { Changing } from "./change.ts";

type Scaling = Pick<TableSettings, "scalableTargets" | "scalingPolicies">;

/** Targets and policies of a table and its indexes, by resource id: they are not removed with the table. */
export async function readScaling(
  { scaling }: DynamodbConnection,
  { TableName: name = "", GlobalSecondaryIndexes: indexes = [] }: TableDescription,
): Promise<Scaling> {
  const resources = [`table/${name}`, ...indexes.map(({ IndexName }) => `table/${name}/index/${IndexName}`)];
  const targets = await attempt("describe the auto scaling targets of", resources[0] ?? "", () =>
    scaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: "dynamodb", ResourceIds: resources }),
    ),
  );
  const scalableTargets = (targets.ScalableTargets ?? []).map(
    (target): ScalableTarget => ({
      resourceId: target.ResourceId ?? "",
      dimension: target.ScalableDimension ?? "",
      least: target.MinCapacity ?? 0,
      most: target.MaxCapacity ?? 0,
    }),
  );
  const scaled = [...new Set(scalableTargets.map(({ resourceId }) => resourceId))];
  const policies = await Promise.all(scaled.map((resource) => readPolicies(scaling, resource)));
  return { scalableTargets, scalingPolicies: policies.flat() };
}

async function readPolicies(
  scaling: DynamodbConnection["scaling"],
  resource: string,
): Promise<readonly ScalingPolicy[]> {
  const answer = await attempt("describe the auto scaling policies of", resource, () =>
    scaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: "dynamodb", ResourceId: resource })),
  );
  return (answer.ScalingPolicies ?? []).map((policy) => ({
    name: policy.PolicyName ?? "",
    resourceId: policy.ResourceId ?? "",
    dimension: policy.ScalableDimension ?? "",
    type: policy.PolicyType ?? "",
    tracking: policy.TargetTrackingScalingPolicyConfiguration ?? null,
  }));
}

/** The calls replace what they find. */
export async function putScalingBack(
  { connection: { scaling }, change }: Changing,
  { scalableTargets, scalingPolicies }: Scaling,
): Promise<void> {
  for (const { resourceId, dimension, least, most } of scalableTargets) {
    const command = new RegisterScalableTargetCommand({
      ServiceNamespace: "dynamodb",
      ResourceId: resourceId,
      ScalableDimension: dimension as ScalableDimension,
      MinCapacity: least,
      MaxCapacity: most,
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
