import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { asker, type Patience, poll, type Workflow } from "../../workflow/effect.ts";
import type { ManagedEffects } from "./effects.ts";
import type { ManagedPlan } from "./plan.ts";

export type AbandonManagedEffects = ManagedEffects & {
  /** From `abandoning` on the run cannot be resumed, and a runner of it that is still at work stops. */
  "mark-run": { input: { state: "abandoning" | "failed" }; answer: null };
  /** Names of the originals that are not there under their own names any more. */
  "missing-originals": { input: { plan: ManagedPlan }; answer: readonly string[] };
};

const ask = asker<AbandonManagedEffects>();

const REMOVAL_PATIENCE: Patience = { firstMs: 500, factor: 1.4, mostMs: 30_000, limitMs: 12 * 3_600_000 };

/**
 * Deletes the servers that a run has made. Where an original is not there under its name, by this run's renaming or by
 * somebody else, the run's server may be the only copy, or in use already (law 4).
 */
export function* abandonManaged(plan: ManagedPlan): Workflow<{ readonly servers: number }> {
  const missing = yield* ask("missing-originals", { plan });
  if (missing.length > 0) throw new StillpointError("ABANDON_REFUSED", refusal(plan, missing));
  yield* ask("mark-run", { state: "abandoning" });
  for (const server of plan.servers)
    yield* poll(ask.effect("remove-server", { server, run: plan.run }), REMOVAL_PATIENCE);
  yield* ask("remove-parts", { run: plan.run });
  return { servers: plan.servers.length };
}

function refusal({ run, mode, servers }: ManagedPlan, missing: readonly string[]): string {
  const why =
    mode === "in-place"
      ? `the run may have renamed it already (to ${quoted(servers.map(({ kept }) => kept))}): resume the run, or give the names back by hand`
      : `what the run has made (${quoted(servers.map(({ target }) => target))}) may be the only copy`;
  return `run "${run}" cannot be abandoned: server ${quoted(missing)} is not there under its name as the backup knew it, and ${why}; nothing was deleted`;
}
