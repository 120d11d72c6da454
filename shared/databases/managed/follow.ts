import type { Followed } from "../../backup/followed.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { CapturedManaged } from "../../restore/managed/captured.ts";
import { secondText } from "../../verify/time-text.ts";
import type { ManagedServer } from "./service.ts";

/**
 * A backup is complete once its server can be restored to the end of its pause: until then nobody knows whether the
 * service's own backups will get there.
 */
export async function follow(
  server: Pick<ManagedServer, "reach" | "find">,
  recorded: unknown,
  passedMs: number,
): Promise<Followed> {
  const captured = capturedManaged(recorded);
  const { server: name, resourceId } = captured;
  const second = Math.ceil(passedMs / 1000);
  const reach = await server.reach(captured);
  if (reach === undefined) {
    const there = await server.find(captured);
    const because =
      there === undefined
        ? `server "${name}" (${resourceId}) is not there any more`
        : `the service keeps no history of server "${there.server}" any more`;
    return { kind: "failed", because };
  }
  const { earliestSecond, latestSecond } = reach;
  if (earliestSecond > second)
    return {
      kind: "failed",
      because: `server "${name}" can be restored from ${secondText(earliestSecond)} on, which is after ${secondText(second)}`,
    };
  if (latestSecond >= second) return { kind: "complete" };
  return {
    kind: "pending",
    because: `server "${name}" can be restored to ${secondText(latestSecond)}, ${secondText(second)} is awaited`,
  };
}

export function capturedManaged(recorded: unknown): CapturedManaged {
  const { data, error } = CapturedManaged.safeParse(recorded);
  if (data !== undefined) return data;
  throw new StillpointError(
    "CATALOG_DAMAGED",
    `what the backup recorded of its server is not understood: ${error.issues[0]?.path.join(".")}: ${error.issues[0]?.message}`,
  );
}
