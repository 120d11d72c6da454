import { asker, type Workflow } from "../../workflow/effect.ts";
import { type AbandonEffects, untilMade } from "../dynamodb/abandon.ts";
import { deleteAll } from "../dynamodb/delete-copies.ts";
import { keepOnlyCopies } from "../dynamodb/keep-only-copies.ts";
import type { SearchEffects } from "./effects.ts";
import type { SearchPlan } from "./plan.ts";
import { madeBySearch, originalOf } from "./search.ts";

export type AbandonSearchEffects = SearchEffects & Pick<AbandonEffects, "mark-run">;

const ask = asker<AbandonSearchEffects>();

/** Removes the restored coordinator. A point that the search has made stays: it says no less than before. */
export function* abandonSearch(plan: SearchPlan): Workflow<{ readonly tables: number }> {
  yield* keepOnlyCopies(plan.run, originalOf(plan), "ABANDON_REFUSED");
  yield* ask("mark-run", { state: "abandoning" });
  const made = madeBySearch(plan);
  const there = yield* untilMade(made);
  yield* deleteAll(made);
  yield* ask("remove-parts", { run: plan.run });
  return { tables: there };
}
