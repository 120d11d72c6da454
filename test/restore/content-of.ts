import type { DynamodbResult } from "../../shared/restore/dynamodb/restore.ts";
import type { Mode } from "../../shared/restore/mode.ts";
import { planOf } from "./example-plan.ts";
import { Situation } from "./situation.ts";

/** What two runs of one plan have in common: their backups have other names. */
export function contentOf({ backups, ...rest }: DynamodbResult): unknown {
  return { ...rest, backups: backups.length };
}

/** What a run comes to that nothing disturbs. */
export async function undisturbed(tables: number, mode: Mode = "in-place") {
  const situation = new Situation(planOf(tables, mode));
  const result = await situation.run();
  return { result: contentOf(result), snapshot: situation.cloud.snapshot() };
}
