import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { AbandonSearchEffects } from "../../restore/search/abandon.ts";
import type { Handlers } from "../../workflow/effect.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import type { RestoringRun } from "../restoring.ts";

/** What a search and the abandoning of one ask for. */
export function searchHandlers(_open: OpenDeployment, _run: RestoringRun): Handlers<AbandonSearchEffects> {
  throw new StillpointError("INTERNAL", "not built yet");
}
