import type { SqlEngine } from "./sql.ts";

const MARKS = { postgresql: '"', mysql: "`" } as const;

/** A name as SQL takes it, whatever is in it. */
export function quoted(engine: SqlEngine, ...names: readonly string[]): string {
  const mark = MARKS[engine];
  return names.map((name) => `${mark}${name.replaceAll(mark, mark + mark)}${mark}`).join(".");
}
