import type { Proof } from "../../verify/proof.ts";
import type { VerificationReport } from "../../verify/report.ts";
import type { DynamodbPlan, PlannedTable } from "./plan.ts";

export type CheckedTables = VerificationReport["checked"]["tables"];

/** `ABSENT` where there is no such table, else the service's own word. */
export type TableState = "ABSENT" | "CREATING" | "ACTIVE" | "DELETING" | "UPDATING" | (string & {});

/** What is looked at in one polling step: all tables and all backups of the run. */
export interface Observation {
  readonly done: boolean;
  /** By database and table name. */
  readonly tables: Readonly<Record<string, Readonly<Record<string, TableState>>>>;
  /** By backup ARN. */
  readonly backups: Readonly<Record<string, string>>;
  /** All of the above as one text: to be given back as `seen`. */
  readonly seen: string;
}

export interface Watched {
  readonly tables: readonly { readonly database: string; readonly name: string }[];
  readonly backups: readonly { readonly database: string; readonly arn: string }[];
}

/** Everything that the restore asks of the outside world. Every step is idempotent. */
export type RestoreEffects = {
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
  /** Deletes the table only while it has this id; one that is gone already is fine. */
  "delete-table": { input: { database: string; name: string; id?: string }; answer: null };
  "delete-backup": { input: { database: string; arn: string }; answer: null };
  "start-replacement": {
    input: { database: string; backupArn: string; target: string };
    answer: { started: boolean };
  };
  /** Done when something differs from what was `seen`. */
  observe: { input: Watched & { seen: string }; answer: Observation };
  /**
   * Reads all copies (or the replaced originals) and judges them. Fails with `COPY_DIFFERS` where they are not
   * `like` what was read before: a failure, so that a resumed run reads again what somebody may have mended.
   */
  verify: {
    input: { plan: DynamodbPlan; what: "copies" | "replaced"; like?: CheckedTables };
    answer: VerificationReport;
  };
  "apply-settings": { input: { table: PlannedTable }; answer: null };
  "compare-settings": { input: { table: PlannedTable }; answer: readonly string[] };
  report: { input: { event: RestoreEvent }; answer: null };
};

/** What a restore tells while it is at work; told again when it is resumed. */
export type RestoreEvent =
  | { readonly kind: "phase"; readonly phase: Phase }
  | { readonly kind: "table"; readonly database: string; readonly table: string; readonly stage: string }
  | {
      readonly kind: "verified";
      readonly what: "copies" | "replaced";
      readonly proof: Proof["kind"];
      readonly rows: number;
    };

export type Phase =
  | "check"
  | "wait"
  | "copy"
  | "verify"
  | "back-up"
  | "replace"
  | "settings"
  | "read-back"
  | "clean-up";
