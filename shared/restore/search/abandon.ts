import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { Workflow } from "../../workflow/effect.ts";
import type { AbandonEffects } from "../dynamodb/abandon.ts";
import type { SearchEffects } from "./effects.ts";
import type { SearchPlan } from "./plan.ts";

export type AbandonSearchEffects = SearchEffects & Pick<AbandonEffects, "mark-run">;

/** Removes the restored coordinator. */
// biome-ignore lint/correctness/useYield: not built yet
export function* abandonSearch(_plan: SearchPlan): Workflow<{ readonly tables: number }> {
  throw new StillpointError("INTERNAL", "not built yet");
}
