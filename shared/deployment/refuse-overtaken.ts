import { StillpointError } from "../errors/stillpoint-error.ts";
import type { Journal } from "../workflow/journal.ts";

/**
 * Asked before every call that deletes something or takes its name away: a runner that froze and woke up finds its journal gone on, by
 * another runner or by an abandoning whose clean-up rests on the originals being there.
 */
export async function refuseOvertaken(journal: Journal | undefined, what: string): Promise<void> {
  if (await journal?.isOvertaken())
    throw new StillpointError(
      "CATALOG_CONFLICT",
      `${what} was left as it is: another process has gone on with this run or abandoned it`,
    );
}
