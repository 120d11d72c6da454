import { keyOf, type Policy, type Scope, type Target } from "./auto-scaling.ts";
import { toWireSeconds } from "./clock.ts";
import { refuse } from "./refusal.ts";
import type { Wire } from "./wire.ts";
import type { Operations, World } from "./world.ts";

interface RegisterInput extends Scope {
  readonly MinCapacity?: number;
  readonly MaxCapacity?: number;
  readonly RoleARN?: string;
  readonly SuspendedState?: Wire;
}

function registerScalableTarget(world: World, input: RegisterInput): object {
  checkScope(input);
  const known = world.autoScaling.targets.get(keyOf(input));
  if (known === undefined) checkNew(world, input);
  const {
    ServiceNamespace,
    ResourceId,
    ScalableDimension,
    MinCapacity,
    MaxCapacity,
    RoleARN,
    SuspendedState,
  } = input;
  const given = { MinCapacity, MaxCapacity, RoleARN, SuspendedState };
  const target: Target = {
    ...(known ?? newTarget(world)),
    ServiceNamespace,
    ResourceId,
    ScalableDimension,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  } as Target;
  if (Number(target["MinCapacity"]) > Number(target["MaxCapacity"]))
    refuse("ValidationException", "Minimum capacity cannot be greater than maximum capacity");
  world.autoScaling.targets.set(keyOf(input), target);
  return { ScalableTargetARN: target["ScalableTargetARN"] };
}

function checkScope(input: Scope): void {
  for (const member of ["ServiceNamespace", "ResourceId", "ScalableDimension"] as const)
    if (!input[member])
      refuse(
        "ValidationException",
        `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
      );
}

function checkNew(world: World, { MinCapacity, MaxCapacity, ResourceId = "" }: RegisterInput): void {
  if (MinCapacity === undefined || MaxCapacity === undefined)
    refuse("ValidationException", "MinCapacity and MaxCapacity are needed to register a new scalable target");
  const [kind, table] = ResourceId.split("/");
  if (kind !== "table" || world.tables.find(table) === undefined)
    refuse("ValidationException", `DynamoDB table does not exist: ${ResourceId}`);
}

function newTarget({ region, accountId, clock }: World): Wire {
  const id = crypto.randomUUID().replaceAll("-", "");
  return {
    ScalableTargetARN: `arn:aws:application-autoscaling:${region}:${accountId}:scalable-target/${id}`,
    RoleARN: `arn:aws:iam::${accountId}:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable`,
    CreationTime: toWireSeconds(clock.now()),
    SuspendedState: {
      DynamicScalingInSuspended: false,
      DynamicScalingOutSuspended: false,
      ScheduledScalingSuspended: false,
    },
  };
}

interface DescribeInput extends Scope {
  readonly ResourceIds?: readonly string[];
  readonly PolicyNames?: readonly string[];
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

function describeScalableTargets(world: World, input: DescribeInput): object {
  const all = [...world.autoScaling.targets.values()].filter((target) => isAskedFor(target, input));
  const { page, NextToken } = pageOf(all, input);
  return { ScalableTargets: page, ...NextToken };
}

function describeScalingPolicies(world: World, input: DescribeInput): object {
  const all = [...world.autoScaling.policies.values()].filter(
    (policy) => isAskedFor(policy, input) && (input.PolicyNames?.includes(policy.PolicyName) ?? true),
  );
  const { page, NextToken } = pageOf(all, input);
  return { ScalingPolicies: page, ...NextToken };
}

function isAskedFor(scope: Scope, input: DescribeInput): boolean {
  const ids = input.ResourceIds ?? (input.ResourceId === undefined ? [] : [input.ResourceId]);
  return (
    scope.ServiceNamespace === input.ServiceNamespace &&
    (ids.length === 0 || ids.includes(scope.ResourceId ?? "")) &&
    (input.ScalableDimension === undefined || scope.ScalableDimension === input.ScalableDimension)
  );
}

const PAGE_MAX = 50;

function pageOf<T>(all: readonly T[], { MaxResults = PAGE_MAX, NextToken }: DescribeInput) {
  const from = Number(NextToken ?? 0);
  const to = from + Math.min(MaxResults, PAGE_MAX);
  return { page: all.slice(from, to), NextToken: all.length > to ? { NextToken: String(to) } : {} };
}

type PolicyInput = Scope & Wire & { readonly PolicyName?: string };

function policyKey(input: PolicyInput): string {
  return `${keyOf(input)} ${input.PolicyName}`;
}

function putScalingPolicy(world: World, input: PolicyInput): object {
  checkScope(input);
  if (!world.autoScaling.targets.has(keyOf(input)))
    refuse(
      "ObjectNotFoundException",
      `No scalable target registered for service namespace: ${input.ServiceNamespace}, resource ID: ${input.ResourceId}, scalable dimension: ${input.ScalableDimension}`,
    );
  const known = world.autoScaling.policies.get(policyKey(input));
  const policy = { ...(known ?? newPolicy(world, input)), ...input } as Policy;
  world.autoScaling.policies.set(policyKey(input), policy);
  return { PolicyARN: policy["PolicyARN"], Alarms: policy["Alarms"] };
}

function newPolicy({ region, accountId, clock }: World, { ResourceId, PolicyName }: PolicyInput): Wire {
  const id = crypto.randomUUID();
  const alarm = (kind: string) => {
    const name = `TargetTracking-${ResourceId}-${kind}-${id}`;
    return { AlarmName: name, AlarmARN: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}` };
  };
  return {
    PolicyARN: `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:${id}:resource/dynamodb/${ResourceId}:policyName/${PolicyName}`,
    PolicyType: "TargetTrackingScaling",
    Alarms: [alarm("AlarmHigh"), alarm("AlarmLow")],
    CreationTime: toWireSeconds(clock.now()),
  };
}

/** Its policies go with a target. */
function deregisterScalableTarget(world: World, input: Scope): object {
  if (!world.autoScaling.targets.delete(keyOf(input)))
    refuse("ObjectNotFoundException", `No scalable target found for resource ID: ${input.ResourceId}`);
  for (const [key, policy] of world.autoScaling.policies)
    if (keyOf(policy) === keyOf(input)) world.autoScaling.policies.delete(key);
  return {};
}

function deleteScalingPolicy(world: World, input: PolicyInput): object {
  if (!world.autoScaling.policies.delete(policyKey(input)))
    refuse(
      "ObjectNotFoundException",
      `No scaling policy found for resource ID: ${input.ResourceId}, policy name: ${input.PolicyName}`,
    );
  return {};
}

export const AUTO_SCALING: Operations = {
  RegisterScalableTarget: registerScalableTarget,
  DescribeScalableTargets: describeScalableTargets,
  DeregisterScalableTarget: deregisterScalableTarget,
  PutScalingPolicy: putScalingPolicy,
  DescribeScalingPolicies: describeScalingPolicies,
  DeleteScalingPolicy: deleteScalingPolicy,
};
