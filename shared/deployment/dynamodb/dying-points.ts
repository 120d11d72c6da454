import type { RestorePoint } from "../../catalog/model.ts";
import { CapturedDynamodb } from "../../restore/dynamodb/captured.ts";
import type { DynamodbPlan } from "../../restore/dynamodb/plan.ts";

/** Points that cannot be restored any more once the originals are gone: their history goes with them. */
export function dyingPoints(
  points: readonly RestorePoint[],
  { mode, tables }: Pick<DynamodbPlan, "mode" | "tables">,
): readonly string[] {
  const doomed = new Set(mode === "in-place" ? tables.map(({ id }) => id) : []);
  return points.filter((each) => restsOn(each, doomed)).map(({ id }) => id);
}

function restsOn({ databases }: RestorePoint, tableIds: ReadonlySet<string>): boolean {
  return databases.some(({ captured }) => {
    const parsed = CapturedDynamodb.safeParse(captured);
    return parsed.success && parsed.data.tables.some(({ id }) => tableIds.has(id));
  });
}
