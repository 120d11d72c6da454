import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { DeleteTableCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { CREDENTIALS, createTable, refusal, type Swift, start, untilGone } from "./swift.ts";

const SCOPE = {
  ServiceNamespace: "dynamodb",
  ResourceId: "table/accounts",
  ScalableDimension: "dynamodb:table:ReadCapacityUnits",
} as const;

const POLICY = {
  ...SCOPE,
  PolicyName: "table/accounts-read",
  PolicyType: "TargetTrackingScaling",
  TargetTrackingScalingPolicyConfiguration: {
    PredefinedMetricSpecification: { PredefinedMetricType: "DynamoDBReadCapacityUtilization" },
    ScaleInCooldown: 60,
    ScaleOutCooldown: 60,
    TargetValue: 70,
  },
} as const;

function scalingOf({ db }: Swift): ApplicationAutoScalingClient {
  return new ApplicationAutoScalingClient({
    endpoint: db.endpoint,
    region: db.region,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
}

async function startScaled() {
  const swift = await start();
  await createTable(swift);
  const scaling = scalingOf(swift);
  const register = (MinCapacity?: number, MaxCapacity?: number) =>
    scaling.send(new RegisterScalableTargetCommand({ ...SCOPE, MinCapacity, MaxCapacity }));
  const targets = async () =>
    (
      await scaling.send(
        new DescribeScalableTargetsCommand({ ServiceNamespace: "dynamodb", ResourceIds: [SCOPE.ResourceId] }),
      )
    ).ScalableTargets ?? [];
  const policies = async () =>
    (
      await scaling.send(
        new DescribeScalingPoliciesCommand({ ServiceNamespace: "dynamodb", ResourceId: SCOPE.ResourceId }),
      )
    ).ScalingPolicies ?? [];
  return { swift, scaling, register, targets, policies };
}

test("a target is registered, described, and changed by registering it again", async () => {
  const { register, targets } = await startScaled();
  const first = await register(1, 10);
  const second = await register(undefined, 20);
  expect(second.ScalableTargetARN).toBe(first.ScalableTargetARN);
  const [target] = await targets();
  expect(target).toMatchObject({ ...SCOPE, MinCapacity: 1, MaxCapacity: 20 });
  expect(target?.CreationTime).toBeInstanceOf(Date);
});

test("a target needs its limits and a table", async () => {
  const { register, scaling } = await startScaled();
  await refusal(register(1), "ValidationException");
  await refusal(register(2, 1), "ValidationException");
  const nobody = { ...SCOPE, ResourceId: "table/nobody", MinCapacity: 1, MaxCapacity: 2 };
  await refusal(scaling.send(new RegisterScalableTargetCommand(nobody)), "ValidationException");
});

test("a policy needs a target, is replaced by its name, and goes with its target", async () => {
  const { register, scaling, policies } = await startScaled();
  await refusal(scaling.send(new PutScalingPolicyCommand(POLICY)), "ObjectNotFoundException");
  await register(1, 10);
  const first = await scaling.send(new PutScalingPolicyCommand(POLICY));
  const second = await scaling.send(new PutScalingPolicyCommand(POLICY));
  expect(second.PolicyARN).toBe(first.PolicyARN);
  expect(await policies()).toMatchObject([POLICY]);
  await scaling.send(new DeregisterScalableTargetCommand(SCOPE));
  expect(await policies()).toEqual([]);
  await refusal(scaling.send(new DeregisterScalableTargetCommand(SCOPE)), "ObjectNotFoundException");
});

test("a policy is deleted by its name", async () => {
  const { register, scaling, policies } = await startScaled();
  await register(1, 10);
  await scaling.send(new PutScalingPolicyCommand(POLICY));
  const { PolicyName } = POLICY;
  await scaling.send(new DeleteScalingPolicyCommand({ ...SCOPE, PolicyName }));
  expect(await policies()).toEqual([]);
  await refusal(
    scaling.send(new DeleteScalingPolicyCommand({ ...SCOPE, PolicyName })),
    "ObjectNotFoundException",
  );
});

test("targets and policies survive the deletion of their table", async () => {
  const { swift, register, scaling, targets, policies } = await startScaled();
  await register(1, 10);
  await scaling.send(new PutScalingPolicyCommand(POLICY));
  await swift.client.send(new DeleteTableCommand({ TableName: "accounts" }));
  await untilGone(swift, "accounts");
  expect(await targets()).toHaveLength(1);
  expect(await policies()).toHaveLength(1);
  await register(2, 12);
  expect(await targets()).toMatchObject([{ MinCapacity: 2, MaxCapacity: 12 }]);
});

test("targets are told apart by dimension and come in pages", async () => {
  const { scaling, register } = await startScaled();
  await register(1, 10);
  const writes = {
    ...SCOPE,
    ScalableDimension: "dynamodb:table:WriteCapacityUnits",
    MinCapacity: 3,
    MaxCapacity: 4,
  } as const;
  await scaling.send(new RegisterScalableTargetCommand(writes));
  const first = await scaling.send(
    new DescribeScalableTargetsCommand({ ServiceNamespace: "dynamodb", MaxResults: 1 }),
  );
  const rest = await scaling.send(
    new DescribeScalableTargetsCommand({ ServiceNamespace: "dynamodb", NextToken: first.NextToken }),
  );
  expect(first.ScalableTargets).toHaveLength(1);
  expect(rest.ScalableTargets).toMatchObject([writes]);
});
