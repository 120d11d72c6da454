import { StillpointError } from "../../errors/stillpoint-error.ts";
import { CapturedDynamodb } from "../../restore/dynamodb/captured.ts";
import type { SearchPlan } from "../../restore/search/plan.ts";
import type { Scope } from "../../verify/scope.ts";
import { scoped } from "../dynamodb/scope.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { frameOf } from "../verify-frame.ts";

/** The restored coordinator: it is asked what was decided, and not verified itself. */
export async function searchScope(open: OpenDeployment, plan: SearchPlan): Promise<Scope> {
  const { database, name, temporary: physical } = plan.coordinator;
  const captured = plan.databases.find((each) => each.name === database)?.captured;
  const original = CapturedDynamodb.parse(captured).tables.find((table) => table.name === name);
  if (original === undefined)
    throw new StillpointError(
      "CATALOG_DAMAGED",
      `search "${plan.run}" has no record of table "${name}", which it is to read; nothing was touched`,
    );
  const { settings } = open.dynamodb(database);
  return {
    ...frameOf(open, plan.run, { kind: "copy" }),
    tables: [scoped(settings, { database, original, physical, as: "later" })],
  };
}
