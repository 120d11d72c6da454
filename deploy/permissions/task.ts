import { IDS } from "../logical-ids.ts";
import { arn, arnOf } from "../resources/resource.ts";
import { taskFamily } from "../resources/task-names.ts";
import type { Stack } from "../stack-settings.ts";
import { allow, type Statement } from "./statement.ts";

/** Tasks of this definition in this cluster, with the two roles that it has. */
export function startTask({ stage, config }: Stack): readonly Statement[] {
  if (config.aws.dumps?.task === undefined) return [];
  return [
    allow("StartTask", ["ecs:RunTask"], [arn("ecs", `task-definition/${taskFamily(stage)}:*`)], {
      ArnEquals: { "ecs:cluster": arnOf(IDS.taskCluster) },
    }),
    allow("HandRolesToTask", ["iam:PassRole"], [arnOf(IDS.taskExecutionRole), arnOf(IDS.taskRole)], {
      StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
    }),
  ];
}
