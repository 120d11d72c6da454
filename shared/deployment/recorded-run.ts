import type { Run } from "../catalog/model.ts";
import type { DynamodbPlan } from "../restore/dynamodb/plan.ts";
import type { PlannedRun, RunPlan } from "./plan-restore.ts";

/** As runs were recorded while there were only tables of DynamoDB: the plan under another name, and of no kind. */
interface BeforeKinds {
  readonly dynamodb: Omit<DynamodbPlan, "kind">;
}

type Recorded = RunPlan | (Omit<RunPlan, "restore"> & BeforeKinds);

/**
 * A run with its plan, by whatever version it was recorded: its originals may be deleted by now, and nobody else can
 * finish it. The record itself stays as it is, since an execution of that version may still be at work.
 */
export function plannedOf(run: Run): PlannedRun {
  const recorded = (run.plan ?? {}) as Recorded;
  if (!("dynamodb" in recorded)) return run as PlannedRun;
  const { dynamodb, ...plan } = recorded;
  const result = run.result === undefined ? {} : { result: { ...run.result, kind: "dynamodb" } };
  return { ...run, ...result, plan: { ...plan, restore: { ...dynamodb, kind: "dynamodb" } } };
}
