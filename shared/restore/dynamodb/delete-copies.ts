import { all, answerOf, asker, poll, type Workflow } from "../../workflow/effect.ts";
import { TABLE_PATIENCE } from "./advance.ts";
import type { Observation, RestoreEffects } from "./effects.ts";
import { type DynamodbPlan, onlyRead } from "./plan.ts";

const ask = asker<RestoreEffects>();

export function* deleteTemporaries(plan: DynamodbPlan): Workflow<void> {
  yield* deleteAll(plan.tables.map(({ database, temporary: name }) => ({ database, name })));
  yield* deleteOnlyRead(plan);
}

export function* deleteOnlyRead(plan: DynamodbPlan): Workflow<void> {
  yield* deleteAll(onlyRead(plan).map(({ database, temporary: name }) => ({ database, name })));
}

/** Deletes tables that the run made, and waits until they are gone. */
export function* deleteAll(
  tables: readonly { readonly database: string; readonly name: string }[],
): Workflow<void> {
  if (tables.length === 0) return;
  const outcomes = yield* all(tables.map((table) => ask.effect("delete-table", table)));
  for (const outcome of outcomes) answerOf(outcome);
  const gone = tables.map((table) => ({ ...table, until: "ABSENT" }) as const);
  yield* poll<Observation>(
    ask.effect("observe", { tables: gone, backups: [], enough: "all" }),
    TABLE_PATIENCE,
  );
}
