import {
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { DescribeContinuousBackupsCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { dynamodbClient, scalingClient } from "../../rehearsal/ledger/endpoint.ts";

/** What ScalarDB's schema loader sets up besides the tables, asked of the service itself. */
export async function settingsOf(
  world: { readonly dynamodb: { readonly endpoint: string; readonly region: string } },
  tables: readonly string[],
): Promise<object> {
  const endpoint = { url: world.dynamodb.endpoint, region: world.dynamodb.region };
  const dynamodb = dynamodbClient(endpoint);
  const scaling = scalingClient(endpoint);
  const recovery = await Promise.all(
    tables.map(async (TableName) => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
      const described = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName }));
      const { PointInTimeRecoveryStatus, RecoveryPeriodInDays } =
        described.ContinuousBackupsDescription?.PointInTimeRecoveryDescription ?? {};
      const { ReadCapacityUnits, WriteCapacityUnits } = Table?.ProvisionedThroughput ?? {};
      const capacity = { ReadCapacityUnits, WriteCapacityUnits };
      return { TableName, PointInTimeRecoveryStatus, RecoveryPeriodInDays, capacity };
    }),
  );
  const asked = { ServiceNamespace: "dynamodb" } as const;
  const { ScalableTargets = [] } = await scaling.send(new DescribeScalableTargetsCommand(asked));
  const { ScalingPolicies = [] } = await scaling.send(new DescribeScalingPoliciesCommand(asked));
  dynamodb.destroy();
  scaling.destroy();
  const targets = ScalableTargets.map(({ ResourceId, ScalableDimension, MinCapacity, MaxCapacity }) => ({
    ResourceId,
    ScalableDimension,
    MinCapacity,
    MaxCapacity,
  }));
  const policies = ScalingPolicies.map(
    ({
      ResourceId,
      ScalableDimension,
      PolicyName,
      PolicyType,
      TargetTrackingScalingPolicyConfiguration,
    }) => ({
      ResourceId,
      ScalableDimension,
      PolicyName,
      PolicyType,
      TargetTrackingScalingPolicyConfiguration,
    }),
  );
  return { recovery, targets: sorted(targets), policies: sorted(policies) };
}

function sorted<T extends object>(list: readonly T[]): readonly T[] {
  return list.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}
