import type { DumpedTable } from "../../../restore/jdbc/captured.ts";
import type { Table } from "./tables.ts";

type Known = DumpedTable & Partial<Pick<Table, "identity" | "isView">>;

/** What came, went, or became another one, in sentences. Where only names are known, only names are compared. */
export function changesBetween(before: readonly Known[], after: readonly Table[]): readonly string[] {
  const then = new Map(before.map((table) => [nameOf(table), table]));
  const now = new Map(after.map((table) => [nameOf(table), table]));
  const knowsViews = before.some(({ isView }) => isView !== undefined);
  return [
    ...[...then.keys()].filter((name) => !now.has(name)).map((name) => `table ${name} went`),
    ...[...now]
      .filter(([name, { isView }]) => !then.has(name) && (knowsViews || !isView))
      .map(([name]) => `table ${name} appeared`),
    ...[...then]
      .filter(([name, { identity }]) => identity !== undefined && isOther(identity, now.get(name)))
      .map(([name]) => `table ${name} was truncated, altered or created anew`),
  ];
}

function isOther(identity: string, now: Table | undefined): boolean {
  return now !== undefined && now.identity !== identity;
}

function nameOf({ schema, name }: DumpedTable): string {
  return `"${schema}"."${name}"`;
}
