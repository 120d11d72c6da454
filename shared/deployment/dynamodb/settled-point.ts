import type { RestorePoint } from "../../catalog/model.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { OpenDeployment } from "../open-deployment.ts";

/** A second at which nobody paused, as a restore point: what no backup has recorded is captured now. */
export async function settledPoint(_open: OpenDeployment, _at: number | "latest"): Promise<RestorePoint> {
  throw new StillpointError("INTERNAL", "not built yet");
}
