import type { Instance } from "../../pause/instance.ts";
import type { QuietSecond } from "../../verify/quiet-seconds.ts";
import { type Clocks, earliestLaterSecond } from "../../verify/subject.ts";
import { secondText } from "../../verify/time-text.ts";
import type { Mode } from "../mode.ts";
import type { CapturedDynamodb, CapturedTable } from "./captured.ts";
import type { GoneTable } from "./gone-tables.ts";

/** DynamoDB's limits for table names. */
export const LONGEST_NAME = 255;
/** Of the names for a twentieth try. */
const LONGEST_SUFFIX = "-20".length;

/** One table to restore, with everything that the steps need; nothing is looked up again by name alone. */
export interface PlannedTable {
  readonly database: string;
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly temporary: string;
  readonly backup: string;
  readonly atSecond: number;
  readonly original: CapturedTable;
}

/** A table restored once more to another second, only to be read. */
export interface PlannedProof {
  readonly database: string;
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly temporary: string;
  readonly atSecond: number;
}

/** How a copy at a second at which nobody paused is made whole. */
export interface Settling {
  /** Nothing is kept that is dated later. */
  readonly keptUntilMs: number;
  /** The bound on ScalarDB's clocks, with the skew between those of the database. */
  readonly boundMs: number;
  /** Nobody has set the bound: it is the default. */
  readonly isBoundDefault: boolean;
  /** Waited for after the last write to a copy, so that its backup has all of it. */
  readonly restMs: number;
  /** What becomes of each table: `wholly` settled, `perhaps` (mutable records), or left `as-it-is`. */
  readonly tables: readonly { readonly name: string; readonly how: "wholly" | "perhaps" | "as-it-is" }[];
}

/** Tables that were planned from, by what tells whether they still stand. */
export interface Originals extends Pick<DynamodbPlan, "mode"> {
  readonly tables: readonly Pick<PlannedTable, "database" | "name" | "id">[];
}

/** Everything that a restore of DynamoDB databases will do. Plain data: its digest is what gets approved. */
export interface DynamodbPlan {
  readonly kind: "dynamodb";
  readonly deployment: string;
  readonly run: string;
  readonly point: string;
  readonly mode: Mode;
  readonly tables: readonly PlannedTable[];
  /** The coordinator restored once more to a later second: it knows what committed around the point. */
  readonly proofs: readonly PlannedProof[];
  /**
   * Tables whose records change in place, restored once more to an earlier second: what these were before. Of a settling
   * whose coordinator keeps write sets, and only of tables that reach back so far.
   */
  readonly earlier?: readonly PlannedProof[];
  /** The pause window on the databases' clock, where the point rests on one. */
  readonly window?: { readonly startMs: number; readonly endMs: number } | undefined;
  /** Recorded at the backup; they must be stopped before anything is deleted, as those found then. */
  readonly instances: readonly Instance[];
  /** Tables created since the backup, by database: named and left alone. */
  readonly leftAlone: readonly string[];
  /** Where nobody paused: tables that may have been there at the second, and that nothing here brings back. */
  readonly gone?: readonly GoneTable[];
  /** Restore points that cannot be restored any more once the originals and their history are gone. */
  readonly dyingPoints: readonly string[];
  /** Asked for by hand: tables of this region take the place of global tables, whose other replicas are left. */
  readonly detachReplicas?: true;
  /** Where nobody paused: quiet seconds in the order in which they are tried; the tables have the first. */
  readonly candidates?: readonly QuietSecond[];
  /** Nobody has set the bound on the clocks, by which seconds are called quiet. */
  readonly isBoundDefault?: true;
  readonly settling?: Settling;
  /** The version that took the backup did not look at all of the settings. */
  readonly lessCaptured?: true;
}

/** One database of the point beside what is there now. */
export interface PlannedDatabase {
  readonly name: string;
  readonly atSecond: number;
  readonly atBackup: CapturedDynamodb;
  readonly now: CapturedDynamodb;
}

/** Copies that nothing is ever made of. */
export function onlyRead({
  proofs,
  earlier = [],
}: Pick<DynamodbPlan, "proofs" | "earlier">): readonly PlannedProof[] {
  return [...proofs, ...earlier];
}

/** Short, part of every name that the run creates, so that a run can tell what it made. */
export function tagOf(run: string): string {
  return `stillpoint-${run.slice(-8)}`;
}

function temporaryName(name: string, run: string): string {
  return `${name}.${tagOf(run)}`;
}

function proofName(name: string, run: string): string {
  return `${name}.${tagOf(run)}-later`;
}

/** The tables of one database as the plan has them. */
export function planTables(database: PlannedDatabase, run: string): readonly PlannedTable[] {
  const now = new Map(database.now.tables.map((table) => [table.name, table]));
  return database.atBackup.tables.map((atBackup) => {
    const original = now.get(atBackup.name) ?? atBackup;
    return {
      database: database.name,
      name: original.name,
      id: atBackup.id,
      arn: original.arn,
      temporary: temporaryName(original.name, run),
      backup: temporaryName(original.name, run),
      atSecond: database.atSecond,
      original,
    };
  });
}

export function planProof(
  database: PlannedDatabase,
  run: string,
  { clocks, lastSecond }: { readonly clocks: Clocks; readonly lastSecond: number },
): PlannedProof | undefined {
  const coordinator = database.atBackup.tables.find((table) => table.coordinator);
  return (
    coordinator && {
      database: database.name,
      name: coordinator.name,
      arn: coordinator.arn,
      id: coordinator.id,
      temporary: proofName(coordinator.name, run),
      atSecond: earliestLaterSecond(lastSecond, clocks),
    }
  );
}

export function createdSince(database: PlannedDatabase): readonly string[] {
  const known = new Set(database.atBackup.tables.map(({ name }) => name));
  return database.now.tables.map(({ name }) => name).filter((name) => !known.has(name));
}

/** Whether the record of the backup is of a version that did not look at streams, policies and more. */
export function isLessCaptured({ atBackup }: PlannedDatabase): boolean {
  return atBackup.tables.some(({ settings }) => settings.stream === undefined);
}

/** How the restore was asked for. */
export interface Asked {
  readonly run: string;
  readonly mode: Mode;
  readonly detachReplicas?: boolean;
  readonly candidates?: readonly QuietSecond[];
}

/** Why this database cannot be restored to the point as things are; all reasons at once. */
export function refusals(database: PlannedDatabase, asked: Asked): readonly string[] {
  const now = new Map(database.now.tables.map((table) => [table.name, table]));
  return database.atBackup.tables.flatMap((atBackup) =>
    tableRefusals(atBackup, now.get(atBackup.name), database.atSecond, asked),
  );
}

function tableRefusals(
  atBackup: CapturedTable,
  now: CapturedTable | undefined,
  atSecond: number,
  asked: Asked,
): readonly string[] {
  const { name } = atBackup;
  const reasons = [...lostHistory(atBackup, now, atSecond)];
  if (now?.id !== atBackup.id) return reasons;
  if (asked.mode === "in-place") reasons.push(...replicaRefusals(now, asked));
  const suffix = asked.candidates ? LONGEST_SUFFIX : 0;
  if (proofName(name, asked.run).length + suffix > LONGEST_NAME)
    reasons.push(`the temporary name of table "${name}" would be longer than ${LONGEST_NAME} characters`);
  return reasons;
}

/** Why the history of a table does not reach back to a second, where it does not. */
export function lostHistory(
  { name, id }: Pick<CapturedTable, "name" | "id">,
  now: Pick<CapturedTable, "id" | "coverage"> | undefined,
  atSecond: number,
): readonly string[] {
  if (now === undefined) return [`table "${name}" does not exist any more, and its history went with it`];
  if (now.id !== id)
    return [
      `table "${name}" is not the one that was backed up: its id is "${now.id}", the backup has "${id}"`,
    ];
  const { coverage } = now;
  if (coverage === undefined) return [`table "${name}" has no point-in-time recovery`];
  if (atSecond >= coverage.earliestSecond) return [];
  return [
    `table "${name}" can be restored from ${secondText(coverage.earliestSecond)} on, which is after ${secondText(atSecond)}`,
  ];
}

/** Side by side nothing is deleted, and the copies are of this region anyway. */
function replicaRefusals(
  { name, replicas, stronglyConsistent }: CapturedTable,
  { detachReplicas = false }: Asked,
): readonly string[] {
  if (replicas.length === 0) return [];
  const which = `table "${name}" is a global table with replicas in ${replicas.join(", ")}`;
  if (stronglyConsistent)
    return [`${which} and strong consistency between them, so that none of them can be deleted alone`];
  if (detachReplicas) return [];
  return [`${which}; to leave those behind as tables of their own: --detach-replicas`];
}
