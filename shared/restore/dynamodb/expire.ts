import type { RestorePoint } from "../../catalog/model.ts";
import { isBackup, isRestorable, secondOf } from "../choose-point.ts";
import { CapturedDynamodb } from "./captured.ts";

/** A backup that a restore in place has left, of the copy that replaced a table. */
export interface LeftBackup {
  readonly run: string;
  readonly database: string;
  /** The table that was restored from it. */
  readonly table: string;
  readonly arn: string;
}

/** A table as it is now; `id` is absent where there is none. */
export interface TableNow {
  readonly id?: string;
  readonly status?: string;
  readonly coverage?: { readonly earliestSecond: number; readonly latestSecond: number };
}

export interface World {
  /** When the restore that left the backup was done. */
  readonly doneMs: number;
  readonly points: readonly RestorePoint[];
  readonly now: (database: string, table: string) => TableNow;
}

export type Judged =
  /** Nothing rests on it any more: this later point takes its place. */
  { readonly kind: "expire"; readonly point: string } | { readonly kind: "keep"; readonly because: string };

/**
 * Law 4: a backup goes only where it is not the only copy. The table that was restored from it is there and has
 * point-in-time recovery, and the deployment can be restored, as things are at this moment, to a point that was
 * taken after the restore was done.
 */
export function judgeBackup({ database, table }: LeftBackup, world: World): Judged {
  const { id, status, coverage } = world.now(database, table);
  if (id === undefined) return keep(`table "${table}" is not there, so this may be its only copy`);
  if (status !== "ACTIVE") return keep(`table "${table}" is ${status}`);
  if (coverage === undefined) return keep(`table "${table}" has no point-in-time recovery`);
  const later = world.points.filter(
    (point) => isBackup(point) && isRestorable(point) && isAfter(point, world.doneMs),
  );
  if (later.length === 0) return keep("no restore point was taken since that can be restored");
  const point = later.findLast((each) => holds(each, database, table) && canBeRestored(each, world));
  if (point === undefined)
    return keep(`no restore point that was taken since can be restored with table "${table}" as things are`);
  return { kind: "expire", point: point.id };
}

function keep(because: string): Judged {
  return { kind: "keep", because };
}

/** Taken after the restore, and of rows after it. */
function isAfter(point: RestorePoint, doneMs: number): boolean {
  return point.createdMs > doneMs && secondOf(point) * 1000 > doneMs;
}

function holds({ databases }: RestorePoint, database: string, table: string): boolean {
  return databases.some(({ name, captured }) => name === database && tablesOf(captured).has(table));
}

/** Every table of the point is the one that was backed up, and its history reaches the point's second. */
function canBeRestored({ databases }: RestorePoint, { now }: World): boolean {
  return databases.every(({ name, atSecond, captured }) => {
    const tables = [...tablesOf(captured)];
    return tables.length > 0 && tables.every(([table, id]) => covers(now(name, table), id, atSecond));
  });
}

function covers({ id, status, coverage }: TableNow, atBackup: string, atSecond: number): boolean {
  if (id !== atBackup || status !== "ACTIVE" || coverage === undefined) return false;
  return coverage.earliestSecond <= atSecond && atSecond <= coverage.latestSecond;
}

/** The tables that a point covers. */
export function tablesOfPoint({ databases }: RestorePoint): readonly { database: string; table: string }[] {
  return databases.flatMap(({ name: database, captured }) =>
    [...tablesOf(captured).keys()].map((table) => ({ database, table })),
  );
}

/** Ids by name; none where the record cannot be read. */
function tablesOf(captured: unknown): ReadonlyMap<string, string> {
  const parsed = CapturedDynamodb.safeParse(captured);
  return new Map((parsed.success ? parsed.data.tables : []).map(({ name, id }) => [name, id]));
}
