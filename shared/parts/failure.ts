import { describeCause } from "../errors/describe-cause.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";

/** What was attempted with a store of parts, and why it failed. */
export function partsFailure(action: string, cause: unknown): StillpointError {
  if (cause instanceof StillpointError) return cause;
  return new StillpointError(
    "PARTS_UNREADABLE",
    `cannot ${action}: ${describeCause(cause)}; nothing else was changed`,
    {
      cause,
    },
  );
}
