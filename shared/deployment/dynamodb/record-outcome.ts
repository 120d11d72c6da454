import type { DynamodbPlan } from "../../restore/dynamodb/plan.ts";
import type { Settlement } from "../../settle/settlement.ts";
import type { OpenDeployment } from "../open-deployment.ts";

/** What a restore has found out about its point, on the record of that. */
export async function recordSettled(
  { catalog }: OpenDeployment,
  { point, run }: DynamodbPlan,
  { dropped, inDoubt }: Settlement,
): Promise<void> {
  await catalog.points.update(point, (record) =>
    record.settled ? { ...record, settled: { ...record.settled, by: { run, dropped, inDoubt } } } : record,
  );
}

export async function recordProven(
  { catalog }: OpenDeployment,
  { point }: DynamodbPlan,
  atSecond: number,
): Promise<void> {
  await catalog.points.update(point, (record) =>
    record.quiet ? { ...record, quiet: { ...record.quiet, provenSecond: atSecond } } : record,
  );
}
