import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { requestLimits } from "../../aws/request-limits.ts";
import { once } from "../once.ts";

/** Where a DynamoDB is and how ScalarDB's tables are named there. */
export interface DynamodbAddress {
  readonly region: string;
  readonly endpoint?: string;
  readonly autoScalingEndpoint?: string;
  readonly lambdaEndpoint?: string;
  readonly cloudwatchEndpoint?: string;
  readonly profile?: string;
}

export interface DynamodbConnection {
  readonly address: DynamodbAddress;
  readonly dynamodb: DynamoDBClient;
  /**
   * Never repeats a call by itself: for calls that do more when they are made twice, and for those that are
   * refused for lack of room, which the SDK takes for throttling and would wait out for half a minute.
   */
  readonly dynamodbOnce: DynamoDBClient;
  /** Gives up soon and never repeats: asked for the time while instances are held. */
  readonly dynamodbSoon: DynamoDBClient;
  /** Repeats a call, but gives up within seconds: where a person waits who wanted to know something else. */
  readonly dynamodbBriefly: DynamoDBClient;
  readonly scaling: ApplicationAutoScalingClient;
  /** Loaded when first asked for, as few need them. They give up early: what they tell is told or noted. */
  lambda(): Promise<LambdaClient>;
  cloudwatch(): Promise<CloudWatchClient>;
  close(): void;
}

/** They end within five seconds, whether no answer comes or refusals do. */
const BRIEF_ATTEMPTS = 4;
/** Control planes throttle; the SDK waits with jitter between its attempts. */
const MOST_ATTEMPTS = 8;
const TIMEOUTS = requestLimits(3_000, 20_000);
const SOON = requestLimits(1_000, 1_000);
const BESIDE = requestLimits(2_000, 10_000);

export function connect(address: DynamodbAddress): DynamodbConnection {
  const { region, endpoint, autoScalingEndpoint = endpoint, profile } = address;
  const { lambdaEndpoint = endpoint, cloudwatchEndpoint = endpoint } = address;
  const common = { region, maxAttempts: MOST_ATTEMPTS, ...(profile && { profile }) };
  const database = { ...common, ...(endpoint && { endpoint }), requestHandler: TIMEOUTS };
  const dynamodb = new DynamoDBClient(database);
  const dynamodbOnce = new DynamoDBClient({ ...database, maxAttempts: 1 });
  const dynamodbSoon = new DynamoDBClient({ ...database, maxAttempts: 1, requestHandler: SOON });
  const dynamodbBriefly = new DynamoDBClient({
    ...database,
    maxAttempts: BRIEF_ATTEMPTS,
    requestHandler: SOON,
  });
  const scaling = new ApplicationAutoScalingClient({
    ...common,
    ...(autoScalingEndpoint && { endpoint: autoScalingEndpoint }),
    requestHandler: TIMEOUTS,
  });
  const beside = (at: string | undefined) => ({
    ...common,
    maxAttempts: 3,
    ...(at && { endpoint: at }),
    requestHandler: BESIDE,
  });
  const lambda = once(async () => {
    const { LambdaClient } = await import("@aws-sdk/client-lambda");
    return new LambdaClient(beside(lambdaEndpoint));
  });
  const cloudwatch = once(async () => {
    const { CloudWatchClient } = await import("@aws-sdk/client-cloudwatch");
    return new CloudWatchClient(beside(cloudwatchEndpoint));
  });
  const close = () => {
    for (const client of [dynamodb, dynamodbOnce, dynamodbSoon, dynamodbBriefly, scaling]) client.destroy();
    lambda.ifOpened((client) => client.destroy());
    cloudwatch.ifOpened((client) => client.destroy());
  };
  return {
    address,
    dynamodb,
    dynamodbOnce,
    dynamodbSoon,
    dynamodbBriefly,
    scaling,
    lambda: lambda.get,
    cloudwatch: cloudwatch.get,
    close,
  };
}
