import { codeOf, StillpointError } from "../errors/stillpoint-error.ts";
import { type Effect, type Patience, type Progress, poll, type Workflow } from "../workflow/effect.ts";

export const HOUR_MS = 3_600_000;

/** As `poll`, but says at the limit how things stand then. */
export function* patiently<A extends Progress>(
  probe: Effect,
  patience: Patience,
  standing: string,
): Workflow<A> {
  try {
    return yield* poll<A>(probe, patience);
  } catch (error) {
    if (codeOf(error) !== "TIMED_OUT") throw error;
    throw new StillpointError("TIMED_OUT", `after ${patience.limitMs / HOUR_MS} h ${standing}`);
  }
}
