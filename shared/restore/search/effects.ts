import type { ReadingEffects } from "../../settle/reading.ts";
import type { QuietFound } from "../../verify/quiet-seconds.ts";
import type { Scope } from "../../verify/scope.ts";
import type { DynamodbEvent, RestoreEffects } from "../dynamodb/effects.ts";
import type { SearchPlan } from "./plan.ts";

/** What a search asks of the outside world, beside the steps that it shares with a restore. */
export type SearchEffects = ReadingEffects &
  Pick<RestoreEffects, "start-copy" | "delete-table" | "observe" | "missing-originals"> & {
    /** Fails with `PLAN_OUTDATED` where the tables are not those that were planned, or the name is taken. */
    "recheck-search": { input: { plan: SearchPlan }; answer: null };
    /** Done once the coordinator can be restored to its second. */
    "coverage-of-search": { input: { plan: SearchPlan }; answer: { done: boolean } };
    /** The restored coordinator, to be read. */
    "scope-of-search": { input: { plan: SearchPlan }; answer: Scope };
    /** Writes the restore point down; the same again is fine. */
    "record-quiet": { input: { plan: SearchPlan; found: QuietFound }; answer: null };
    report: { input: { event: SearchEvent }; answer: null };
  };

export type SearchEvent =
  | DynamodbEvent
  | { readonly kind: "quiet-found"; readonly candidates: number; readonly commits: number };
