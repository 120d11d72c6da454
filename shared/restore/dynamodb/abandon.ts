import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { all, answerOf, asker, poll, type Workflow } from "../../workflow/effect.ts";
import { TABLE_PATIENCE } from "./advance.ts";
import { deleteAll } from "./delete-copies.ts";
import type { Observation, RestoreEffects } from "./effects.ts";
import { type DynamodbPlan, type PlannedTable, tagOf } from "./plan.ts";
import { madeBy } from "./quiet/tries.ts";

/** What a run made, as it is found now rather than as its journal remembers it. */
export type AbandonEffects = RestoreEffects & {
  /** From `abandoning` on the run cannot be resumed, and a runner of it that is still at work stops. */
  "mark-run": { input: { state: "abandoning" | "failed" }; answer: null };
  /** Switches the deletion protection on again, where the plan has it. */
  "protect-again": { input: { table: PlannedTable }; answer: null };
  /** Backups that carry the run's tag. */
  "run-backups": {
    input: { plan: DynamodbPlan };
    answer: readonly { readonly database: string; readonly arn: string }[];
  };
  /** What it has settled is of no use any more. */
  "forget-settled": { input: { run: string }; answer: null };
};

const ask = asker<AbandonEffects>();

/**
 * Removes what a run that nobody will finish has made: temporary tables, the copies that were only read, backups. Refused
 * where an original is not there as it was planned, since then these may be the only copy (law 4). The backups go
 * last, and after another look: a runner of this run that was in the middle of a step may just have deleted.
 */
export function* abandon(
  plan: DynamodbPlan,
): Workflow<{ readonly backups: number; readonly tables: number }> {
  yield* refuseMissing(plan, "nothing more was deleted");
  yield* ask("mark-run", { state: "abandoning" });
  const { tables, onlyRead } = madeBy(plan);
  const made = [...tables, ...onlyRead].map(({ database, temporary }) => ({
    database,
    name: temporary,
  }));
  const there = yield* untilMade(made);
  const backups = yield* ask("run-backups", { plan });
  yield* refuseMissing(plan, "nothing more was deleted", "failed");
  yield* deleteAll(made);
  yield* ask("remove-parts", { run: plan.run });
  yield* refuseMissing(plan, "its temporary tables were deleted, its backups were kept");
  const outcomes = yield* all(backups.map((backup) => ask.effect("delete-backup", backup)));
  for (const outcome of outcomes) answerOf(outcome);
  if (plan.mode === "in-place") yield* protectAgain(plan);
  // Not earlier: as long as a copy may be the only one, it is to be known what was done to it.
  if (plan.settling) yield* ask("forget-settled", { run: plan.run });
  return { backups: backups.length, tables: there };
}

/** The run may have been killed between switching the protection off and deleting. */
function* protectAgain({ tables }: DynamodbPlan): Workflow<void> {
  const guarded = tables.filter(({ original }) => original.settings.deletionProtection);
  const outcomes = yield* all(guarded.map((table) => ask.effect("protect-again", { table })));
  for (const outcome of outcomes) answerOf(outcome);
}

function* refuseMissing(plan: DynamodbPlan, state: string, mark?: "failed"): Workflow<void> {
  const missing = yield* ask("missing-originals", { plan });
  if (missing.length === 0) return;
  if (mark !== undefined) yield* ask("mark-run", { state: mark });
  const named = quoted(missing);
  throw new StillpointError(
    "ABANDON_REFUSED",
    `run "${plan.run}" cannot be abandoned: ${named} is not the table that was planned any more, so the run's copies may be the only ones; ${state}. They were named with ".${tagOf(plan.run)}"`,
  );
}

/** A restore under way cannot be cancelled: its table can be deleted only once it is there. Answers how many are. */
export function* untilMade(
  tables: readonly { readonly database: string; readonly name: string }[],
): Workflow<number> {
  const settling = tables.map((table) => ({ ...table, until: "settled" }) as const);
  const found = yield* poll<Observation>(
    ask.effect("observe", { tables: settling, backups: [], enough: "all" }),
    TABLE_PATIENCE,
  );
  return tables.filter(({ database, name }) => found.tables[database]?.[name] !== "ABSENT").length;
}
