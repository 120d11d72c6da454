import { StillpointError } from "../../errors/stillpoint-error.ts";
import { all, answerOf, asker, poll, type Workflow } from "../../workflow/effect.ts";
import { TABLE_PATIENCE } from "./advance.ts";
import type { Observation, RestoreEffects } from "./effects.ts";
import type { DynamodbPlan } from "./plan.ts";
import { deleteAll } from "./restore.ts";

/** What a run made, as it is found now rather than as its journal remembers it. */
export type AbandonEffects = RestoreEffects & {
  /** Names of the planned originals that are not there any more as planned. */
  "missing-originals": { input: { plan: DynamodbPlan }; answer: readonly string[] };
  /** Backups that carry the run's tag. */
  "run-backups": {
    input: { plan: DynamodbPlan };
    answer: readonly { readonly database: string; readonly arn: string }[];
  };
};

const ask = asker<AbandonEffects>();

/**
 * Removes what a run that nobody will finish has made: temporary tables, the later coordinator, backups. Refused
 * where an original is not there as it was planned, since then these may be the only copy (law 4). The backups go
 * last, and after another look: a runner of this run that was in the middle of a step may just have deleted.
 */
export function* abandon(
  plan: DynamodbPlan,
): Workflow<{ readonly backups: number; readonly tables: number }> {
  yield* refuseMissing(plan, "nothing was deleted");
  const made = [...plan.tables, ...plan.proofs].map(({ database, temporary }) => ({
    database,
    name: temporary,
  }));
  yield* settled(made);
  const backups = yield* ask("run-backups", { plan });
  yield* deleteAll(made);
  yield* refuseMissing(plan, "its temporary tables were deleted, its backups were kept");
  const outcomes = yield* all(backups.map((backup) => ask.effect("delete-backup", backup)));
  for (const outcome of outcomes) answerOf(outcome);
  return { backups: backups.length, tables: made.length };
}

function* refuseMissing(plan: DynamodbPlan, state: string): Workflow<void> {
  const missing = yield* ask("missing-originals", { plan });
  if (missing.length === 0) return;
  const named = missing.map((name) => `"${name}"`).join(", ");
  throw new StillpointError(
    "PLAN_OUTDATED",
    `run "${plan.run}" cannot be abandoned: ${named} is not the table that was planned any more, so the run's copies may be the only ones; ${state}. Finish it with: stillpoint restore resume ${plan.run}`,
  );
}

/** A restore under way cannot be cancelled: its table can be deleted only once it is there. */
function* settled(tables: readonly { readonly database: string; readonly name: string }[]): Workflow<void> {
  for (let seen = "", waiting = true; waiting; ) {
    const observation = yield* poll<Observation>(
      ask.effect("observe", { tables, backups: [], seen }),
      TABLE_PATIENCE,
    );
    seen = observation.seen;
    waiting = tables.some(({ database, name }) => observation.tables[database]?.[name] === "CREATING");
  }
}
