import type { SnapshotEffects } from "../../backup/effects.ts";
import type { Snapshots } from "../../backup/snapshot.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { OpenDeployment } from "../open-deployment.ts";

export async function takeSnapshots(
  _open: OpenDeployment,
  _wish: SnapshotEffects["take-snapshots"]["input"],
  _signal: AbortSignal,
): Promise<Snapshots> {
  throw new StillpointError("INTERNAL", "no snapshots are taken yet");
}
