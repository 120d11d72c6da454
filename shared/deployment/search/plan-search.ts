import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import type { PlannedRun } from "../plan-restore.ts";

export interface WantedSearch {
  /** `latest`: as near to now as all tables cover. */
  readonly nearest: number | "latest";
  readonly direction: "before" | "after";
  /** As with `Wanted`. */
  readonly run?: string;
  readonly request?: string;
}

/** Plans a search for quiet seconds and keeps the plan in the catalog. Changes nothing else. */
export async function planSearch(_open: OpenDeployment, _wanted: WantedSearch): Promise<PlannedRun> {
  throw new StillpointError("INTERNAL", "not built yet");
}
