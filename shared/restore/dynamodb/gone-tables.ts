import type { RestorePoint } from "../../catalog/model.ts";
import { isBackup, secondOf } from "../choose-point.ts";
import { CapturedDynamodb } from "./captured.ts";

/** A table that may have been there at the second of a point, and is none of its tables. */
export interface GoneTable {
  readonly name: string;
  /** The last backup that has it. */
  readonly point: string;
}

/**
 * What nobody paused for is captured after the fact: a table that was dropped meanwhile is not listed any more, and
 * would be left out without a word. The last backup before the second and those after it tell of such.
 */
export function goneTables(
  point: RestorePoint,
  fromSecond: number,
  points: readonly RestorePoint[],
): readonly GoneTable[] {
  if (isBackup(point)) return [];
  const backups = points.filter(isBackup).sort((a, b) => secondOf(a) - secondOf(b));
  const before = backups.findLastIndex((each) => secondOf(each) <= fromSecond);
  const known = new Set(tablesOf(point).map(({ name }) => name));
  const last = new Map(
    backups
      .slice(Math.max(0, before))
      .flatMap(tablesOf)
      .map((table) => [table.name, table]),
  );
  return [...last.values()].filter(({ name }) => !known.has(name));
}

function tablesOf({ id, databases }: RestorePoint): readonly GoneTable[] {
  return databases.flatMap(({ captured }) => {
    const { data } = CapturedDynamodb.safeParse(captured);
    return (data?.tables ?? []).map(({ name }) => ({ name, point: id }));
  });
}

/** What a plan says of them. */
export function goneText(gone: readonly GoneTable[]): string {
  const named = gone.map(({ name, point }) => `"${name}" (of restore point "${point}")`).join(", ");
  return `Not brought back, since they are not among the tables that ScalarDB lists now: ${named}. Where they were still there at the second, what is restored is without them, and nothing checks that: DynamoDB keeps a system backup of a dropped table that had point-in-time recovery for 35 days`;
}
