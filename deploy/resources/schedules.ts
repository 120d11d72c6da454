import type { Deployment } from "../../shared/config/config.ts";
import { scheduleName } from "../../shared/config/schedule-name.ts";
import { eventBridgeCron } from "../cron-expression.ts";
import { type FunctionName, physicalName, SERVICE } from "../function-names.ts";
import { functionId, IDS, idPart } from "../logical-ids.ts";
import type { Stack } from "../stack-settings.ts";
import { arn, arnOf, type Resource, type Resources, ref } from "./resource.ts";
import { trust } from "./roles.ts";

const GROUP_ID = "Schedules";
const ROLE_ID = "SchedulerRole";
/** Who is started by the clock. */
const SCHEDULED = [
  "backup",
  "sweep",
  "status",
  "follow",
  "expire",
] as const satisfies readonly FunctionName[];
/** Never late: what could not be started at once is not started at another hour. */
const RETRY_POLICY = { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 };
const MINUTE_MS = 60_000;
/** What a backup leaves pending is complete some minutes later. */
const FOLLOW_MINUTES = 5;

export function schedules(stack: Stack): Resources {
  const { stage, config } = stack;
  const backups = config.deployments.flatMap((deployment) => {
    const resource = backupSchedule(deployment);
    return resource === undefined ? [] : [[`BackupSchedule${idPart(deployment.name)}`, resource] as const];
  });
  return {
    [GROUP_ID]: { Type: "AWS::Scheduler::ScheduleGroup", Properties: { Name: groupName(stage) } },
    [ROLE_ID]: schedulerRole(stack),
    ...Object.fromEntries(backups),
    SweepSchedule: schedule("sweep", { name: "sweep", expression: rate(1), input: {} }),
    LookSchedule: schedule("status", {
      name: "look",
      expression: rate(Math.ceil(config.aws.lookEvery / MINUTE_MS)),
      input: { look: true },
    }),
    FollowSchedule: schedule("follow", { name: "follow", expression: rate(FOLLOW_MINUTES), input: {} }),
    ExpireSchedule: schedule("expire", { name: "expire", expression: "rate(1 day)", input: {}, tell: true }),
  };
}

function backupSchedule({ name, schedule: wanted }: Deployment): Resource | undefined {
  if (wanted === undefined) return undefined;
  return schedule("backup", {
    name: scheduleName(name),
    expression: eventBridgeCron(wanted.cron),
    timezone: wanted.timezone,
    // The scheduler puts the time in for which it was due.
    input: { deployment: name, scheduledTime: "<aws.scheduler.scheduled-time>" },
    tell: true,
  });
}

interface Wanted {
  readonly name: string;
  readonly expression: string;
  readonly timezone?: string;
  readonly input: object;
  /** Whether what was dropped is kept. What comes again soon, and is missed by an alarm, is not. */
  readonly tell?: boolean;
}

function schedule(
  target: FunctionName,
  { name, expression, timezone, input, tell = false }: Wanted,
): Resource {
  return {
    Type: "AWS::Scheduler::Schedule",
    Properties: {
      Name: name,
      GroupName: ref(GROUP_ID),
      ScheduleExpression: expression,
      ...(timezone !== undefined && { ScheduleExpressionTimezone: timezone }),
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: {
        Arn: arnOf(functionId(target)),
        RoleArn: arnOf(ROLE_ID),
        Input: JSON.stringify(input),
        RetryPolicy: RETRY_POLICY,
        ...(tell && { DeadLetterConfig: { Arn: arnOf(IDS.deadLetters) } }),
      },
    },
  };
}

function rate(minutes: number): string {
  return minutes === 1 ? "rate(1 minute)" : `rate(${minutes} minutes)`;
}

function groupName(stage: string): string {
  return `${SERVICE}-${stage}`;
}

/** Starts the scheduled functions, for the schedules of this group alone. */
function schedulerRole({ stage }: Stack): Resource {
  const ofThisGroup = {
    StringEquals: { "aws:SourceAccount": ref("AWS::AccountId") },
    ArnEquals: { "aws:SourceArn": arn("scheduler", `schedule-group/${groupName(stage)}`) },
  };
  const functions = SCHEDULED.map((name) => arn("lambda", `function:${physicalName(stage, name)}`));
  const Statement = [
    { Sid: "Start", Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: functions },
    {
      Sid: "LeaveDeadLetters",
      Effect: "Allow",
      Action: ["sqs:SendMessage"],
      Resource: [arnOf(IDS.deadLetters)],
    },
  ];
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: trust("scheduler.amazonaws.com", ofThisGroup),
      Policies: [{ PolicyName: "scheduler", PolicyDocument: { Version: "2012-10-17", Statement } }],
    },
  };
}
