import { describe, expect, test } from "vitest";
import { resources } from "../../deploy/stack.ts";
import { FULL, LEAST, stackOf } from "./configurations.ts";

// biome-ignore lint/suspicious/noExplicitAny: what CloudFormation takes has as many shapes as it has resources.
type Properties = Readonly<Record<string, any>>;

const DEAD_LETTERS = { Arn: { "Fn::GetAtt": ["DeadLetters", "Arn"] } };
const NEVER_LATE = { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 };

describe("schedules", () => {
  test("a backup is started by the clock of its deployment, at once or not at all", async () => {
    const all = await propertiesOf(FULL);
    expect(all["BackupSchedulepayments"]).toEqual({
      Name: "backup-payments",
      GroupName: { Ref: "Schedules" },
      ScheduleExpression: "cron(0 3 * * ? *)",
      ScheduleExpressionTimezone: "Asia/Tokyo",
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: {
        Arn: { "Fn::GetAtt": ["BackupLambdaFunction", "Arn"] },
        RoleArn: { "Fn::GetAtt": ["SchedulerRole", "Arn"] },
        Input: '{"deployment":"payments","scheduledTime":"<aws.scheduler.scheduled-time>"}',
        RetryPolicy: NEVER_LATE,
        DeadLetterConfig: DEAD_LETTERS,
      },
    });
    expect(all["BackupSchedulestockXeu"]?.["ScheduleExpression"]).toBe("cron(30 2 ? * 2-6 *)");
    expect(all["BackupSchedulestockXeu"]?.["ScheduleExpressionTimezone"]).toBe("UTC");
    expect(all["BackupScheduleorders"]).toBeUndefined();
  });

  test("the sweep comes every minute, the look as often as is wanted, the expiry every day", async () => {
    const all = await propertiesOf(FULL);
    const said = ["SweepSchedule", "LookSchedule", "ExpireSchedule"].map((id) => [
      all[id]?.["ScheduleExpression"],
      all[id]?.["Target"].Input,
      all[id]?.["Target"].RetryPolicy,
    ]);
    expect(said).toEqual([
      ["rate(1 minute)", "{}", NEVER_LATE],
      ["rate(10 minutes)", '{"look":true}', NEVER_LATE],
      ["rate(1 day)", "{}", NEVER_LATE],
    ]);
  });

  test("the scheduler's role starts these functions only, and for the schedules of the stack only", async () => {
    const { SchedulerRole = {} } = await propertiesOf(FULL);
    const [{ Condition }] = SchedulerRole["AssumeRolePolicyDocument"].Statement;
    expect(Condition.ArnEquals["aws:SourceArn"]["Fn::Sub"]).toMatch(/:schedule-group\/stillpoint-prod$/);
    const [start] = SchedulerRole["Policies"][0].PolicyDocument.Statement;
    expect(start.Action).toEqual(["lambda:InvokeFunction"]);
    expect(start.Resource.map((one: Properties) => one["Fn::Sub"].split(":function:")[1])).toEqual([
      "stillpoint-prod-backup",
      "stillpoint-prod-sweep",
      "stillpoint-prod-status",
      "stillpoint-prod-follow",
      "stillpoint-prod-expire",
    ]);
  });
});

describe("the rule for requests", () => {
  test("takes what operators ask, and no replays, and keeps what cannot be delivered", async () => {
    const { RequestRule, DeadLettersPolicy } = await propertiesOf(FULL);
    expect(RequestRule?.["EventPattern"]).toEqual({
      source: ["stillpoint.operator"],
      "detail-type": [
        "stillpoint.restore.requested",
        "stillpoint.restore.approved",
        "stillpoint.restore.resumed",
      ],
      "replay-name": [{ exists: false }],
    });
    expect(RequestRule?.["Targets"][0]).toMatchObject({
      Arn: { "Fn::GetAtt": ["RequestLambdaFunction", "Arn"] },
      RetryPolicy: { MaximumEventAgeInSeconds: 3_600, MaximumRetryAttempts: 10 },
      DeadLetterConfig: DEAD_LETTERS,
    });
    expect(DeadLettersPolicy?.["PolicyDocument"].Statement[0]).toMatchObject({
      Principal: { Service: "events.amazonaws.com" },
      Condition: { ArnEquals: { "aws:SourceArn": { "Fn::GetAtt": ["RequestRule", "Arn"] } } },
    });
  });
});

describe("dead letters", () => {
  test("are kept for two weeks, encrypted, and an alarm tells of them", async () => {
    const { DeadLetters, DeadLettersAlarm } = await propertiesOf(FULL);
    expect(DeadLetters).toEqual({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
    expect(DeadLettersAlarm).toMatchObject({
      MetricName: "ApproximateNumberOfMessagesVisible",
      Threshold: 1,
    });
  });
});

describe("endpoints", () => {
  test("are deployed where they are wanted, for every service that a function in the VPC asks", async () => {
    const found = Object.values(await propertiesOf(FULL)).filter((one) => "VpcEndpointType" in one);
    expect(
      found.map((one) => [one["ServiceName"]["Fn::Sub"].split(".").at(-1), one["VpcEndpointType"]]),
    ).toEqual([
      ["dynamodb", "Gateway"],
      ["s3", "Gateway"],
      ["lambda", "Interface"],
      ["events", "Interface"],
      ["application-autoscaling", "Interface"],
      ["monitoring", "Interface"],
      ["ssm", "Interface"],
    ]);
    const { EndpointSecurityGroup, DynamodbEndpoint, LambdaEndpoint } = await propertiesOf(FULL);
    expect(DynamodbEndpoint?.["RouteTableIds"]).toEqual(["rtb-0a1b2c3d"]);
    expect(LambdaEndpoint).toMatchObject({
      PrivateDnsEnabled: true,
      SubnetIds: ["subnet-0a1b2c3d", "subnet-1a2b3c4d"],
    });
    expect(EndpointSecurityGroup?.["SecurityGroupIngress"]).toEqual([
      { IpProtocol: "tcp", FromPort: 443, ToPort: 443, SourceSecurityGroupId: "sg-0a1b2c3d" },
    ]);
  });

  test("are left out where the VPC has a NAT, and where there is no VPC", async () => {
    const withNat = FULL.replace(/ +endpoints: .*\n/, "");
    for (const text of [withNat, LEAST])
      expect(Object.keys(await propertiesOf(text)).filter((id) => id.endsWith("Endpoint"))).toEqual([]);
  });
});

describe("the bucket for verification", () => {
  test("is private, encrypted, reached over TLS only, and empties itself", async () => {
    const { PartsBucket, PartsBucketPolicy } = await propertiesOf(FULL);
    expect(PartsBucket).toMatchObject({
      BucketName: "stillpoint-parts",
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      LifecycleConfiguration: { Rules: [{ Status: "Enabled", ExpirationInDays: 7 }] },
    });
    expect(PartsBucket?.["BucketEncryption"].ServerSideEncryptionConfiguration).toHaveLength(1);
    expect(PartsBucketPolicy?.["PolicyDocument"].Statement).toMatchObject([
      { Effect: "Deny", Principal: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
    ]);
  });
});

async function propertiesOf(text: string): Promise<Readonly<Record<string, Properties>>> {
  const all = Object.entries(resources(await stackOf(text)));
  return Object.fromEntries(all.map(([id, { Properties }]) => [id, Properties]));
}
