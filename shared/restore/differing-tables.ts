import type { CheckedTable } from "../verify/report.ts";

/** Tables that do not hold what they held before. Both lists are in the same order. */
export function differingTables(
  like: readonly CheckedTable[],
  found: readonly CheckedTable[],
): readonly string[] {
  return like
    .filter(({ rows, digest }, place) => found[place]?.rows !== rows || found[place]?.digest !== digest)
    .map(({ table }) => table);
}
