import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { asker, type Workflow } from "../../workflow/effect.ts";
import type { CosmosdbEffects } from "./effects.ts";
import type { CosmosdbPlan } from "./plan.ts";
import { deleteAccounts, madeAccounts } from "./restore.ts";

export type AbandonCosmosdbEffects = CosmosdbEffects & {
  /** From `abandoning` on the run cannot be resumed, and a runner of it that is still at work stops. */
  "mark-run": { input: { state: "abandoning" | "failed" }; answer: null };
  /** Names of the planned originals that are not there any more as planned. */
  "missing-originals": { input: { plan: CosmosdbPlan }; answer: readonly string[] };
};

const ask = asker<AbandonCosmosdbEffects>();

/**
 * Deletes the accounts that a run has made. It never touched the original, but somebody else may have deleted it since:
 * then the run's account may be the only copy (law 4).
 */
export function* abandonCosmosdb(plan: CosmosdbPlan): Workflow<{ readonly accounts: number }> {
  const missing = yield* ask("missing-originals", { plan });
  if (missing.length > 0)
    throw new StillpointError(
      "ABANDON_REFUSED",
      `run "${plan.run}" cannot be abandoned: account ${quoted(missing)} is not there as the backup knew it, so the run's accounts (${quoted(plan.accounts.map(({ target }) => target))}) may be the only copies; nothing was deleted`,
    );
  yield* ask("mark-run", { state: "abandoning" });
  const made = madeAccounts(plan);
  yield* deleteAccounts(made, plan.run);
  yield* ask("remove-parts", { run: plan.run });
  return { accounts: made.length };
}
