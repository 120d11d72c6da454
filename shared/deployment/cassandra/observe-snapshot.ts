import type { ObservedEffects } from "../../backup/effects.ts";
import type { Observation } from "../../backup/observation.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { OpenDeployment } from "../open-deployment.ts";

export async function observeSnapshot(
  _open: OpenDeployment,
  _wish: ObservedEffects["observe-snapshot"]["input"],
  _signal: AbortSignal,
): Promise<Observation> {
  throw new StillpointError("INTERNAL", "no pause is observed yet");
}
