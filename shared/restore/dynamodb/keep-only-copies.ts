import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { asker, type Workflow } from "../../workflow/effect.ts";
import type { RestoreEffects } from "./effects.ts";
import type { Originals } from "./plan.ts";

const ask = asker<RestoreEffects>();

/** Law 4, before a run deletes copies that took nothing's place: the originals that they are of must still be there. */
export function* keepOnlyCopies(
  run: string,
  { mode, tables }: Originals,
  code: "RESTORE_BLOCKED" | "ABANDON_REFUSED",
): Workflow<void> {
  const originals = tables.map(({ database, name, id }) => ({ database, name, id }));
  const missing = yield* ask("missing-originals", { plan: { mode, tables: originals } });
  if (missing.length === 0) return;
  const named = quoted(missing);
  throw new StillpointError(
    code,
    `the copies of run "${run}" were not deleted: ${named} is not the table that was planned any more, so they may be the only ones. To end the run and keep them: stillpoint restore abandon ${run} --keep-copies`,
  );
}
