import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { DynamodbPlan } from "../../restore/dynamodb/plan.ts";
import type { OpenDeployment } from "../open-deployment.ts";

/** Makes the changes of one page that are not made yet; only in the copies of this run. */
export async function applyPage(_open: OpenDeployment, _plan: DynamodbPlan, _page: number): Promise<void> {
  throw new StillpointError("INTERNAL", "not built yet");
}
