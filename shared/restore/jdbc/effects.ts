import type { VerificationEffects } from "../../verify/effects.ts";
import type { Scope } from "../../verify/scope.ts";
import type { RunEvent } from "../run-event.ts";
import type { JdbcPlan, PlannedDump, Present } from "./plan.ts";

/** Everything that the restore asks of the outside world. Every step is idempotent. */
export type JdbcEffects = VerificationEffects & {
  /** Fails with `PLAN_OUTDATED` where something is not as planned, `INSTANCES_RUNNING` where one answers. */
  recheck: { input: { plan: JdbcPlan; untouched: boolean }; answer: null };
  /** Reads the stored dump as a whole; fails with `DUMP_DAMAGED` where it is not what was stored. */
  "check-dump": { input: { dump: PlannedDump }; answer: null };
  /** Makes the targets anew, whatever an earlier attempt of this run has left there, and loads the dump. */
  load: { input: { dump: PlannedDump; run: string }; answer: null };
  /** What a verification of the targets, or of what has the original names, reads. Fails where a table is missing. */
  "scope-copies": { input: { plan: JdbcPlan; what: "copies" | "replaced" }; answer: Scope };
  /** Puts back what a dump does not carry; answers by name what did not come back. */
  settle: { input: { dump: PlannedDump }; answer: Readonly<Record<string, readonly string[]>> };
  /** What has the original names just before they are taken from it. */
  "look-at-originals": { input: { dump: PlannedDump }; answer: readonly Present[] };
  /**
   * Asked in every life of a run before a name changes hands: what is loaded and was verified must still be there.
   * Fails with `PLAN_OUTDATED`, or `RESTORE_BLOCKED` once a name has changed hands.
   */
  "look-again": { input: { plan: JdbcPlan }; answer: null };
  /** The originals get the names to be kept under, the targets the original ones. It goes on where it was. */
  swap: { input: { dump: PlannedDump; run: string }; answer: null };
  report: { input: { event: JdbcEvent }; answer: null };
};

/** What a restore tells while it is at work; told again when it is resumed. */
export type JdbcEvent =
  | RunEvent<JdbcPhase>
  | { readonly kind: "database"; readonly database: string; readonly stage: string };

export type JdbcPhase = "check" | "check-dumps" | "load" | "verify" | "settings" | "swap" | "read-back";
