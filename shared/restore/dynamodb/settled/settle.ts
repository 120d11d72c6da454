import type { Settlement } from "../../../settle/settlement.ts";
import { readSegments } from "../../../verify/read-segments.ts";
import type { Scope, ScopedTable } from "../../../verify/scope.ts";
import { asker, sleep, type Workflow } from "../../../workflow/effect.ts";
import type { RestoreEffects } from "../effects.ts";
import { enter } from "../enter.ts";
import type { DynamodbPlan } from "../plan.ts";

const ask = asker<RestoreEffects>();

/**
 * Cuts the copies back to the transactions that are provably complete. All of it is decided, and on record in the
 * catalog, before the first row is changed: a run that was killed in the middle goes on with the same pages.
 */
export function* settle(plan: DynamodbPlan): Workflow<Settlement> {
  yield* enter("settle");
  const scope = transactional(yield* ask("scope-copies", { plan, what: "to-settle" }));
  const scanned = yield* readSegments(scope, ({ keys: _, ...segment }) =>
    ask.effect("scan-to-settle", segment),
  );
  const settlement = yield* ask("settle-parts", { scope, scanned });
  yield* ask("remove-parts", { run: plan.run });
  yield* ask("report", { event: { kind: "settled", settlement } });
  for (let page = 0; page < settlement.pages; page++) yield* ask("apply-page", { plan, page });
  return settlement;
}

/** What no transaction wrote says nothing of any, and is left as it is. */
function transactional(scope: Scope): Scope {
  return { ...scope, tables: scope.tables.filter(isOfTransactions) };
}

function isOfTransactions({ schema }: ScopedTable): boolean {
  return schema.transactional || schema.role === "coordinator";
}

/** A backup may miss what was written shortly before it. */
export function* rest({ settling }: DynamodbPlan, settlement: Settlement | undefined): Workflow<void> {
  if (settling && settlement && settlement.changes > 0) yield* sleep(settling.restMs);
}
