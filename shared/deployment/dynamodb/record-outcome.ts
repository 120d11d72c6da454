import type { DynamodbPlan } from "../../restore/dynamodb/plan.ts";
import type { Settlement } from "../../settle/settlement.ts";
import type { OpenDeployment } from "../open-deployment.ts";

/** What a restore has found out about its point, on the record of that. */
export async function recordSettled(
  { catalog }: OpenDeployment,
  { point, run, settling }: DynamodbPlan,
  { dropped, inDoubt, keptUntilMs }: Settlement,
): Promise<void> {
  if (settling === undefined) return;
  // The bound may be another one than when the point was made.
  const settled = { keptUntilMs, boundMs: settling.boundMs, by: { run, dropped, inDoubt } };
  await catalog.points.update(point, (record) => ({ ...record, settled }));
}

export async function recordProven(
  { catalog }: OpenDeployment,
  { point }: DynamodbPlan,
  atSecond: number,
): Promise<void> {
  // From now on it is the first to be tried, and so the second of the point.
  await catalog.points.update(point, ({ quiet, databases, ...record }) => ({
    ...record,
    databases: databases.map((database) => ({ ...database, atSecond })),
    ...(quiet && { quiet: { ...quiet, provenSecond: atSecond } }),
  }));
}
