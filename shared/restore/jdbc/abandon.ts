import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { asker, type Workflow } from "../../workflow/effect.ts";
import type { Mode } from "../mode.ts";
import type { JdbcEffects } from "./effects.ts";
import type { JdbcPlan, PlannedDump } from "./plan.ts";

export type AbandonJdbcEffects = JdbcEffects & {
  /** From `abandoning` on the run cannot be resumed, and a runner of it that is still at work stops. */
  "mark-run": { input: { state: "abandoning" | "failed" }; answer: null };
  /** Databases of the configuration of which a name has changed hands. */
  "begun-swaps": { input: { plan: JdbcPlan }; answer: readonly string[] };
  /** Targets without which nothing is left: the originals and the stored dump are gone. */
  "only-copies": { input: { plan: JdbcPlan }; answer: readonly string[] };
  /** Removes what the run has made of a dump, and nothing else; refuses once a name has changed hands. */
  "remove-targets": { input: { dump: PlannedDump; run: string; mode: Mode }; answer: null };
};

const ask = asker<AbandonJdbcEffects>();

/**
 * Removes what a run has loaded beside the originals. Refused once a name has changed hands, since what is restored is
 * then what the instances work on; and where what was loaded is all that is left (law 4).
 */
export function* abandonJdbc(plan: JdbcPlan): Workflow<{ readonly databases: number }> {
  yield* refuseSwapped(plan);
  yield* refuseOnlyCopies(plan);
  yield* ask("mark-run", { state: "abandoning" });
  // A runner that was in the middle of a step may just have swapped.
  yield* refuseSwapped(plan, "failed");
  const { run, mode } = plan;
  for (const dump of plan.dumps) yield* ask("remove-targets", { dump, run, mode });
  yield* ask("remove-parts", { run: plan.run });
  return { databases: plan.dumps.flatMap(({ targets }) => Object.keys(targets)).length };
}

function* refuseSwapped(plan: JdbcPlan, mark?: "failed"): Workflow<void> {
  const begun = yield* ask("begun-swaps", { plan });
  if (begun.length === 0) return;
  if (mark !== undefined) yield* ask("mark-run", { state: mark });
  throw new StillpointError(
    "ABANDON_REFUSED",
    `run "${plan.run}" cannot be abandoned: what it has restored of ${quoted(begun)} has the original names already, or some of them; nothing was removed. Finish it with: stillpoint restore resume ${plan.run}`,
  );
}

function* refuseOnlyCopies(plan: JdbcPlan): Workflow<void> {
  const only = yield* ask("only-copies", { plan });
  if (only.length > 0)
    throw new StillpointError(
      "ABANDON_REFUSED",
      `run "${plan.run}" cannot be abandoned: the stored dump is gone and the original too, so ${quoted(only)} may be the only copy; nothing was removed`,
    );
}
