import { createHash } from "node:crypto";
import type { RunTaskCommandInput } from "@aws-sdk/client-ecs";
import { requestLimits } from "../../shared/aws/request-limits.ts";
import { messageOf, StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { AwsHost } from "./host.ts";

const TIMEOUTS = requestLimits(3_000, 15_000);
/** As deploy/resources/task.ts names the only container. */
const CONTAINER = "stillpoint";

type StartingHost = Pick<AwsHost, "aws" | "env">;

/** Whether there is a task for what functions cannot do. */
export function hasTask({ env }: Pick<AwsHost, "env">): boolean {
  return env["STILLPOINT_TASK_DEFINITION"] !== undefined;
}

/**
 * Starts a task that runs a command of the command line, and answers its ARN. The same name with the same command is
 * the same task, however often it is started.
 */
export async function startTask(
  { aws, env }: StartingHost,
  name: string,
  command: readonly string[],
): Promise<string> {
  const { ECSClient, RunTaskCommand } = await import("@aws-sdk/client-ecs");
  const ecs = new ECSClient({ region: aws.region, requestHandler: TIMEOUTS });
  try {
    const { tasks = [], failures = [] } = await ecs.send(
      new RunTaskCommand(wanted({ aws, env }, name, command)),
    );
    const [{ taskArn } = {}] = tasks;
    if (taskArn !== undefined) return taskArn;
    const why = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(": ")).join("; ");
    throw notStarted(name, why || "Amazon ECS says no reason");
  } catch (error) {
    if (error instanceof StillpointError) throw error;
    const { name: kind } = error as Error;
    throw notStarted(name, `${kind}: ${messageOf(error)}`, error);
  } finally {
    ecs.destroy();
  }
}

function wanted({ aws, env }: StartingHost, name: string, command: readonly string[]): RunTaskCommandInput {
  const taskDefinition = env["STILLPOINT_TASK_DEFINITION"];
  const cluster = env["STILLPOINT_TASK_CLUSTER"];
  if (taskDefinition === undefined || cluster === undefined || aws.vpc === undefined)
    throw new StillpointError(
      "CONFIG_INVALID",
      `there is no task for "${name}": aws.dumps.task and aws.vpc say where it would run; nothing was started`,
    );
  return {
    cluster,
    taskDefinition,
    launchType: "FARGATE",
    count: 1,
    // Of at most 64 characters.
    clientToken: createHash("sha256").update(name).digest("hex"),
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...aws.vpc.subnets],
        securityGroups: [...aws.vpc.securityGroups],
        assignPublicIp: "DISABLED",
      },
    },
    overrides: { containerOverrides: [{ name: CONTAINER, command: [...command] }] },
  };
}

function notStarted(name: string, why: string, cause?: unknown): StillpointError {
  return new StillpointError(
    "DUMP_FAILED",
    `the task for "${name}" was not started: ${why}; nothing was paused or changed`,
    { cause },
  );
}
