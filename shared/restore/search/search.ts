import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { QuietSecond } from "../../verify/quiet-seconds.ts";
import type { Workflow } from "../../workflow/effect.ts";
import type { SearchPlan } from "./plan.ts";

export interface SearchResult {
  readonly kind: "search";
  readonly mode: "side-by-side";
  /** The restore point that it has made. */
  readonly point: string;
  /** In the order in which a restore tries them. */
  readonly candidates: readonly QuietSecond[];
  readonly commits: number;
}

/** Restores the coordinator, lists the quiet seconds, and records them as a restore point. */
// biome-ignore lint/correctness/useYield: not built yet
export function* search(_plan: SearchPlan): Workflow<SearchResult> {
  throw new StillpointError("INTERNAL", "not built yet");
}
