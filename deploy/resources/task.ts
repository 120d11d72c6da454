import type { AwsSettings } from "../../shared/config/config.ts";
import { packConfig } from "../../shared/config/packed-config.ts";
import { METRIC_NAMESPACE, SERVICE_NAME } from "../../shared/telemetry/metric-names.ts";
import { IDS } from "../logical-ids.ts";
import { permissionsOfTask } from "../permissions/of-function.ts";
import { ANYTHING, allow, type Statement } from "../permissions/statement.ts";
import type { Stack } from "../stack-settings.ts";
import { arn, arnOf, type Resource, type Resources, ref } from "./resource.ts";
import { trust } from "./roles.ts";
import { clusterName, taskFamily, taskLogGroup } from "./task-names.ts";

const LOG_GROUP_ID = "TaskLogGroup";
const MB = 1_024;
/** The longest that Fargate takes: what is interrupted opens every gate first. */
const STOP_TIMEOUT_S = 120;

type Task = NonNullable<NonNullable<AwsSettings["dumps"]>["task"]>;

/** The task that takes dumps which no function gets through, and loads them; nothing where it is not wanted. */
export function task(stack: Stack): Resources {
  const { stage, config } = stack;
  const wanted = config.aws.dumps?.task;
  if (wanted === undefined) return {};
  return {
    [IDS.taskCluster]: { Type: "AWS::ECS::Cluster", Properties: { ClusterName: clusterName(stage) } },
    [LOG_GROUP_ID]: {
      Type: "AWS::Logs::LogGroup",
      Properties: { LogGroupName: taskLogGroup(stage), RetentionInDays: config.aws.logRetentionDays },
    },
    [IDS.taskExecutionRole]: role("execution", toBeginWith(stack, wanted)),
    [IDS.taskRole]: role(
      "task",
      permissionsOfTask(stack).filter(({ Resource }) => Resource.length > 0),
    ),
    [IDS.taskDefinition]: definition(stack, wanted),
    [IDS.taskRule]: badEnds(),
  };
}

function definition({ stage, config }: Stack, { image, cpu, memory, storage }: Task): Resource {
  return {
    Type: "AWS::ECS::TaskDefinition",
    Properties: {
      Family: taskFamily(stage),
      RequiresCompatibilities: ["FARGATE"],
      NetworkMode: "awsvpc",
      Cpu: String(cpu * 1_024),
      Memory: String(memory * MB),
      RuntimePlatform: { CpuArchitecture: "ARM64", OperatingSystemFamily: "LINUX" },
      ...(storage !== undefined && { EphemeralStorage: { SizeInGiB: storage } }),
      ExecutionRoleArn: arnOf(IDS.taskExecutionRole),
      TaskRoleArn: arnOf(IDS.taskRole),
      ContainerDefinitions: [
        {
          // As functions/aws/tasks.ts calls it.
          Name: "stillpoint",
          Image: image,
          Essential: true,
          StopTimeout: STOP_TIMEOUT_S,
          Environment: Object.entries({
            STILLPOINT_PACKED_CONFIG: packConfig(config),
            STILLPOINT_TASK_OF: "aws",
            POWERTOOLS_SERVICE_NAME: SERVICE_NAME,
            POWERTOOLS_METRICS_NAMESPACE: METRIC_NAMESPACE,
          }).map(([Name, Value]) => ({ Name, Value })),
          Secrets: Object.entries(config.aws.secrets).map(([Name, parameter]) => ({
            Name,
            ValueFrom: arn("ssm", `parameter${parameter}`),
          })),
          LogConfiguration: {
            LogDriver: "awslogs",
            Options: {
              "awslogs-group": ref(LOG_GROUP_ID),
              "awslogs-region": ref("AWS::Region"),
              "awslogs-stream-prefix": "task",
            },
          },
        },
      ],
    },
  };
}

/** What the service does before the container is there: pull its image, read its secrets, open its log. */
function toBeginWith({ config, keys }: Stack, { image }: Task): readonly Statement[] {
  const [account = "", , , region = ""] = image.split(".");
  const repository = image.slice(image.indexOf("/") + 1, image.indexOf("@"));
  const parameters = [...new Set(Object.values(config.aws.secrets))].map((one) =>
    arn("ssm", `parameter${one}`),
  );
  return [
    // Cannot be tied to a repository.
    allow("SignInToRegistry", ["ecr:GetAuthorizationToken"], ANYTHING),
    allow(
      "PullImage",
      ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      [{ "Fn::Sub": `arn:\${AWS::Partition}:ecr:${region}:${account}:repository/${repository}` }],
    ),
    allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [arnOf(LOG_GROUP_ID)]),
    allow("ReadSecrets", ["ssm:GetParameters"], parameters),
    allow("UseKeys", ["kms:Decrypt"], parameters.length === 0 ? [] : keys, {
      StringLike: { "kms:ViaService": ["ssm.*.amazonaws.com"] },
    }),
  ].filter(({ Resource }) => Resource.length > 0);
}

function role(PolicyName: string, Statement: readonly object[]): Resource {
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: trust("ecs-tasks.amazonaws.com", {
        StringEquals: { "aws:SourceAccount": ref("AWS::AccountId") },
      }),
      Policies: [{ PolicyName, PolicyDocument: { Version: "2012-10-17", Statement } }],
    },
  };
}

/**
 * Tasks of the cluster that ended with another status than 0, or without one: killed, or never begun for want of the
 * image or of a secret. Nobody waits for a task, so its end is kept where an alarm looks.
 */
function badEnds(): Resource {
  return {
    Type: "AWS::Events::Rule",
    Properties: {
      EventPattern: {
        source: ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        detail: {
          clusterArn: [arnOf(IDS.taskCluster)],
          lastStatus: ["STOPPED"],
          $or: [
            { containers: { exitCode: [{ "anything-but": [0] }] } },
            { containers: { exitCode: [{ exists: false }] } },
          ],
        },
      },
      Targets: [{ Id: "dead-letters", Arn: arnOf(IDS.deadLetters) }],
    },
  };
}
