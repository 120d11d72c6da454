import { concurrently } from "../../databases/concurrently.ts";
import { makeChange } from "../../databases/dynamodb/settle/make-change.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { type DynamodbPlan, type PlannedTable, tagOf } from "../../restore/dynamodb/plan.ts";
import type { Change } from "../../settle/change.ts";
import { pageId } from "../../settle/settlement.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { scopedCopy } from "./scope.ts";

/** A copy has the capacity of its original, and no partition of it takes more than a thousand writes a second. */
const AT_A_TIME = 16;

/** Makes the changes of one page that are not made yet; only in the copies of this run. */
export async function applyPage(open: OpenDeployment, plan: DynamodbPlan, page: number): Promise<void> {
  const { changes } = await keptPage(open, plan, page);
  const tables = new Map(plan.tables.map((table) => [keyOf(table.database, table.temporary), table]));
  // Before the first write: nothing of a page with a foreign table in it is done.
  const checked = changes.map((change) => ({ change, table: copyOf(plan, tables, change) }));
  await concurrently(AT_A_TIME, checked, async ({ change, table }) => {
    const { dynamodb } = open.dynamodb(change.database).connection;
    await makeChange(dynamodb, scopedCopy(open, table).schema, change);
  });
}

async function keptPage({ catalog }: OpenDeployment, { run }: DynamodbPlan, page: number) {
  const kept = await catalog.settlements.find(pageId(run, page));
  if (kept?.record.run === run) return kept.record;
  throw new StillpointError(
    "CATALOG_DAMAGED",
    `page ${page} of what run "${run}" settles is not in the catalog; the originals were not touched. stillpoint restore abandon ${run}, then plan again`,
  );
}

/** Law 4, at the only place where rows are changed: nothing but what this run has made under a name of its own. */
function copyOf(
  { run }: DynamodbPlan,
  tables: ReadonlyMap<string, PlannedTable>,
  { database, table }: Change,
): PlannedTable {
  const copy = tables.get(keyOf(database, table));
  if (copy !== undefined && table.endsWith(`.${tagOf(run)}`)) return copy;
  throw new StillpointError(
    "INTERNAL",
    `run "${run}" would change rows of table "${table}" of database "${database}", which is no copy that it has made; nothing of this page was changed, and no original was touched`,
  );
}

function keyOf(database: string, table: string): string {
  return `${database} ${table}`;
}
