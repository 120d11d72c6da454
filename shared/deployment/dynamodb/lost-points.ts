import type { DynamodbPlan } from "../../restore/dynamodb/plan.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { dyingPoints } from "./dying-points.ts";

/** Points whose history goes with the originals say so before the first one goes. */
export async function markLost({ catalog, settings }: OpenDeployment, plan: DynamodbPlan): Promise<void> {
  const { records } = await catalog.points.list(settings.name);
  for (const point of dyingPoints(records, plan))
    await catalog.points.update(point, (record) => ({ ...record, lostTo: plan.run }));
}

/** None has gone after all. */
export async function unmarkLost({ catalog, settings }: OpenDeployment, run: string): Promise<void> {
  const { records } = await catalog.points.list(settings.name);
  for (const { id } of records.filter(({ lostTo }) => lostTo === run))
    await catalog.points.update(id, ({ lostTo: _, ...rest }) => rest);
}
