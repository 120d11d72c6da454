import { concurrently } from "../../../databases/concurrently.ts";
import { makeChange } from "../../../databases/dynamodb/settle/make-change.ts";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import { type DynamodbPlan, type PlannedTable, tagOf } from "../../../restore/dynamodb/plan.ts";
import { isEarlierOf } from "../../../restore/dynamodb/settled/earlier-copies.ts";
import type { Change } from "../../../settle/change.ts";
import { pageId } from "../../../settle/settlement.ts";
import type { OpenDeployment } from "../../open-deployment.ts";
import { scopedCopy } from "../scope.ts";

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
function copyOf(plan: DynamodbPlan, tables: ReadonlyMap<string, PlannedTable>, change: Change): PlannedTable {
  const { run } = plan;
  const { database, table } = change;
  const copy = tables.get(keyOf(database, table));
  if (change.kind === "earlier" && copy !== undefined) refuseForeign(plan, copy, change);
  if (copy !== undefined && table.endsWith(`.${tagOf(run)}`)) return copy;
  throw new StillpointError(
    "INTERNAL",
    `run "${run}" would change rows of table "${table}" of database "${database}", which is no copy that it has made; nothing of this page was changed, and no original was touched`,
  );
}

/** What a record was is read from the run's own earlier copy of the very table, and from nothing else. */
function refuseForeign(
  { run, earlier = [] }: DynamodbPlan,
  { database, name, temporary }: PlannedTable,
  { from }: Extract<Change, { kind: "earlier" }>,
): void {
  const isPlanned = earlier.some(
    (each) => each.database === database && each.name === name && each.temporary === from,
  );
  if (isPlanned && isEarlierOf(name, from, run)) return;
  throw new StillpointError(
    "INTERNAL",
    `run "${run}" would put rows of table "${from}" of database "${database}" into "${temporary}", and that is no earlier copy of it that the run has made; nothing of this page was changed, and no original was touched`,
  );
}

function keyOf(database: string, table: string): string {
  return `${database} ${table}`;
}
