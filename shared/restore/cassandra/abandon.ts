import { asker, type Workflow } from "../../workflow/effect.ts";
import type { CassandraEffects } from "./effects.ts";
import type { CassandraPlan } from "./plan.ts";

export type AbandonCassandraEffects = CassandraEffects & {
  /** From `abandoning` on the run cannot be resumed, and a runner of it that is still at work stops. */
  "mark-run": { input: { state: "abandoning" | "failed" }; answer: null };
  /** How things stand at Cassy and on the nodes, in sentences. */
  standing: { input: { plan: CassandraPlan }; answer: readonly string[] };
};

const ask = asker<AbandonCassandraEffects>();

/**
 * Ends a run at any time: it has made nothing that could be removed, and what is on the nodes and beside is people's.
 * Cassy cannot be stopped; how things stand is told.
 */
export function* abandonCassandra(plan: CassandraPlan): Workflow<{ readonly left: readonly string[] }> {
  yield* ask("mark-run", { state: "abandoning" });
  const left = yield* ask("standing", { plan });
  yield* ask("remove-parts", { run: plan.run });
  return { left };
}
