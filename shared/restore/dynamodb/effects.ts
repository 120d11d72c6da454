import type { ReadingEffects } from "../../settle/reading.ts";
import type { Settlement } from "../../settle/settlement.ts";
import type { VerificationReport } from "../../verify/report.ts";
import type { Scope } from "../../verify/scope.ts";
import type { RunEvent } from "../run-event.ts";
import type { DynamodbPlan, Originals, PlannedTable } from "./plan.ts";
import type { Seen, Watched } from "./watched.ts";

export type CheckedTables = VerificationReport["checked"]["tables"];

export type ScopeAsked = "copies" | "to-settle" | "replaced";

export interface Observation extends Seen {
  readonly done: boolean;
}

/** An original with its two copies. */
export interface BackedUp {
  readonly database: string;
  readonly name: string;
  readonly temporary: string;
  readonly backupArn: string;
}

/** Everything that the restore asks of the outside world. Every step is idempotent. */
export type RestoreEffects = ReadingEffects & {
  /** Fails with `PLAN_OUTDATED` where an original is not as planned, `INSTANCES_RUNNING` where one answers. */
  recheck: { input: { plan: DynamodbPlan; untouched: boolean }; answer: null };
  /** Done once every table can be restored to its second. */
  coverage: { input: { plan: DynamodbPlan }; answer: { done: boolean } };
  /** False where the service has no room for another restore at present. */
  "start-copy": {
    input: { database: string; sourceArn: string; sourceId: string; target: string; atSecond: number };
    answer: { started: boolean };
  };
  "start-backup": { input: { database: string; table: string; backup: string }; answer: { arn: string } };
  /** Deletes a table that the run made; one that is gone already is fine. */
  "delete-table": { input: { database: string; name: string }; answer: null };
  /**
   * Deletes an original while it has this id. Before every call the world is asked, whatever a journal says:
   * its temporary table must be there, and its backup available and taken of that very table (law 4).
   */
  "delete-original": { input: BackedUp & { id: string }; answer: null };
  /**
   * Asked in every life of a run, before it deletes the first original: those that still stand must be as
   * planned and have their copies. Fails with `PLAN_OUTDATED`, or `RESTORE_BLOCKED` once one is gone.
   */
  "look-again": { input: { plan: DynamodbPlan; copies: readonly BackedUp[] }; answer: null };
  /** Points whose history goes with the originals say so before the first one goes. */
  "mark-lost": { input: { plan: DynamodbPlan }; answer: null };
  /** Names of the planned originals that are not there any more as planned. */
  "missing-originals": { input: { plan: Originals }; answer: readonly string[] };
  "delete-backup": { input: { database: string; arn: string }; answer: null };
  "start-replacement": {
    input: { database: string; backupArn: string; target: string };
    answer: { started: boolean };
  };
  /** Done once enough of it has come. */
  observe: { input: Watched; answer: Observation };
  /**
   * What a verification of the copies, or of what replaced the originals, reads, or a settling of the copies, which alone
   * reads the earlier ones. Fails where one has other keys or indexes than its original.
   */
  "scope-copies": { input: { plan: DynamodbPlan; what: ScopeAsked }; answer: Scope };
  /** Answers what the service refuses for good: no reason to stop, since nothing would ever change it. */
  "apply-settings": { input: { table: PlannedTable }; answer: readonly string[] };
  "compare-settings": { input: { table: PlannedTable }; answer: readonly string[] };
  /** Makes the changes of one page that are not made yet. */
  "apply-page": { input: { plan: DynamodbPlan; page: number }; answer: null };
  /** Writes down with the restore point what was dropped. */
  "record-settled": { input: { plan: DynamodbPlan; settlement: Settlement }; answer: null };
  /** Writes down with the restore point which of its seconds was proven. */
  "record-proven": { input: { plan: DynamodbPlan; atSecond: number }; answer: null };
  report: { input: { event: DynamodbEvent }; answer: null };
};

/** What a restore tells while it is at work; told again when it is resumed. */
export type DynamodbEvent =
  | RunEvent<Phase>
  | { readonly kind: "table"; readonly database: string; readonly table: string; readonly stage: string }
  | { readonly kind: "settled"; readonly settlement: Settlement }
  /** A second that was quiet by the coordinator, and was not proven so by its copy: the next one is tried. */
  | { readonly kind: "not-quiet"; readonly atSecond: number; readonly reason: string };

export type Phase =
  | "check"
  | "wait"
  | "copy"
  | "search"
  | "settle"
  | "verify"
  | "back-up"
  | "replace"
  | "settings"
  | "read-back"
  | "clean-up";
