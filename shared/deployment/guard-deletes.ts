import { StillpointError } from "../errors/stillpoint-error.ts";
import type { AbandonEffects } from "../restore/dynamodb/abandon.ts";
import type { Handlers } from "../workflow/effect.ts";
import type { Journal } from "../workflow/journal.ts";

/**
 * Asks before every deletion whether the run is still ours: a runner that froze and woke up finds its journal
 * gone on, by another runner or by an abandoning whose clean-up rests on the originals being there.
 */
export function guardDeletes(handlers: Handlers<AbandonEffects>, journal: Journal): Handlers<AbandonEffects> {
  return {
    ...handlers,
    "delete-table": async (input, signal) => {
      if (await journal.isOvertaken())
        throw new StillpointError(
          "CATALOG_CONFLICT",
          `table "${input.name}" was not deleted: another process has gone on with this run or abandoned it`,
        );
      return handlers["delete-table"](input, signal);
    },
  };
}
