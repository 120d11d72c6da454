import type { PlannedRun } from "../../shared/deployment/plan-restore.ts";
import type { DynamodbPlan } from "../../shared/restore/dynamodb/plan.ts";

/** The plan of a run that restores tables. */
export function dynamodbPlanOf({ plan: { restore } }: Pick<PlannedRun, "plan">): DynamodbPlan {
  if (restore.kind === "dynamodb") return restore;
  throw new Error(`the plan is of kind ${restore.kind}`);
}
