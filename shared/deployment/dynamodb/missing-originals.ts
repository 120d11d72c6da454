import { concurrently } from "../../databases/concurrently.ts";
import { describeTable } from "../../databases/dynamodb/capture.ts";
import type { DynamodbPlan, PlannedTable } from "../../restore/dynamodb/plan.ts";
import type { OpenDeployment } from "../open-deployment.ts";

const AT_A_TIME = 10;

/** An original that is not there any more as planned; `foreign` where another table has its name. */
export interface MissingOriginal {
  readonly table: PlannedTable;
  readonly foreign?: string;
}

/** A run side by side deletes no original: another table under its name is what a later restore put there. */
export async function missingOriginals(
  open: OpenDeployment,
  { tables, mode }: DynamodbPlan,
): Promise<readonly MissingOriginal[]> {
  const found = await concurrently(AT_A_TIME, tables, async (table): Promise<readonly MissingOriginal[]> => {
    const now = await describeTable(open.dynamodb(table.database).connection, table.name);
    if (now === undefined || now.TableStatus === "DELETING") return [{ table }];
    if (mode === "side-by-side" || now.TableId === table.id) return [];
    return [{ table, foreign: now.TableId ?? "" }];
  });
  return found.flat();
}
