import { messageOf, StillpointError } from "../errors/stillpoint-error.ts";

/** What was attempted with a store of parts, and why it failed. */
export function partsFailure(action: string, cause: unknown): StillpointError {
  if (cause instanceof StillpointError) return cause;
  return new StillpointError(
    "PARTS_UNREADABLE",
    `cannot ${action}: ${describe(cause)}; nothing else was changed`,
    {
      cause,
    },
  );
}

function describe(cause: unknown): string {
  const name = cause instanceof Error && cause.name !== "Error" ? `${cause.name}: ` : "";
  return name + messageOf(cause);
}
