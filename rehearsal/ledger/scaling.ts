import {
  type ApplicationAutoScalingClient,
  type MetricType,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type ScalableDimension,
} from "@aws-sdk/client-application-auto-scaling";

interface Dimension {
  readonly dimension: ScalableDimension;
  readonly metric: MetricType;
  /** What ScalarDB appends to the resource id to name the policy. */
  readonly suffix: string;
}

const TABLE: readonly Dimension[] = [
  {
    dimension: "dynamodb:table:ReadCapacityUnits",
    metric: "DynamoDBReadCapacityUtilization",
    suffix: "read",
  },
  {
    dimension: "dynamodb:table:WriteCapacityUnits",
    metric: "DynamoDBWriteCapacityUtilization",
    suffix: "write",
  },
];

const INDEX: readonly Dimension[] = [
  {
    dimension: "dynamodb:index:ReadCapacityUnits",
    metric: "DynamoDBReadCapacityUtilization",
    suffix: "index-read",
  },
  {
    dimension: "dynamodb:index:WriteCapacityUnits",
    metric: "DynamoDBWriteCapacityUtilization",
    suffix: "index-write",
  },
];

const TARGET_PERCENT = 70;
const COOLDOWN_S = 60;
/** Capacity above which ScalarDB lets a table shrink, to a tenth; smaller ones keep their capacity. */
const SCALABLE_RU = 10;

/** Registers auto scaling of a table and its indexes, with the names and numbers that ScalarDB gives them. */
export async function registerScaling(
  client: ApplicationAutoScalingClient,
  table: string,
  indexes: readonly string[],
  ru: number,
): Promise<void> {
  const resources = [
    ...TABLE.map((dimension) => ({ resource: `table/${table}`, dimension })),
    ...indexes.flatMap((index) =>
      INDEX.map((dimension) => ({ resource: `table/${table}/index/${index}`, dimension })),
    ),
  ];
  for (const { resource, dimension } of resources) await register(client, resource, dimension, ru);
}

async function register(
  client: ApplicationAutoScalingClient,
  resource: string,
  { dimension, metric, suffix }: Dimension,
  ru: number,
): Promise<void> {
  const target = {
    ServiceNamespace: "dynamodb",
    ResourceId: resource,
    ScalableDimension: dimension,
  } as const;
  const least = ru > SCALABLE_RU ? Math.floor(ru / SCALABLE_RU) : ru;
  await client.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: least, MaxCapacity: ru }));
  await client.send(
    new PutScalingPolicyCommand({
      ...target,
      PolicyName: `${resource}-${suffix}`,
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: metric },
        TargetValue: TARGET_PERCENT,
        ScaleInCooldown: COOLDOWN_S,
        ScaleOutCooldown: COOLDOWN_S,
      },
    }),
  );
}
