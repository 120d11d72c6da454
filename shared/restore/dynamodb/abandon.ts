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
 * where an original is not there as it was planned, since then these may be the only copy (law 4).
 */
export function* abandon(
  plan: DynamodbPlan,
): Workflow<{ readonly backups: number; readonly tables: number }> {
  const missing = yield* ask("missing-originals", { plan });
  if (missing.length > 0)
    throw new StillpointError(
      "PLAN_OUTDATED",
      `run "${plan.run}" cannot be abandoned: ${missing.map((name) => `"${name}"`).join(", ")} is not the table that was planned any more, so the run's copies may be the only ones; nothing was deleted. Finish it with: stillpoint restore resume ${plan.run}`,
    );
  const made = [...plan.tables, ...plan.proofs].map(({ database, temporary }) => ({
    database,
    name: temporary,
  }));
  yield* settled(made);
  const backups = yield* ask("run-backups", { plan });
  const outcomes = yield* all(backups.map((backup) => ask.effect("delete-backup", backup)));
  for (const outcome of outcomes) answerOf(outcome);
  yield* deleteAll(made);
  return { backups: backups.length, tables: made.length };
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
