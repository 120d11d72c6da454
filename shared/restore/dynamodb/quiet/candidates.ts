import type { RestorePoint } from "../../../catalog/model.ts";
import type { QuietSecond } from "../../../verify/quiet-seconds.ts";
import type { PlannedDatabase } from "../plan.ts";

/**
 * The quiet seconds of a point, where it rests on such, that its tables still reach: in the order in which they are
 * tried, but the one that a restore has proven first. All of them where none is reached, so that it is said why.
 */
export function candidatesOf(
  { quiet }: Pick<RestorePoint, "quiet">,
  databases: readonly PlannedDatabase[],
): readonly QuietSecond[] | undefined {
  if (quiet === undefined) return undefined;
  const { candidates, provenSecond } = quiet;
  const earliest = Math.max(...databases.flatMap(earliestOf));
  const reached = candidates.filter(({ atSecond }) => atSecond >= earliest);
  if (reached.length === 0) return candidates;
  const isProven = ({ atSecond }: QuietSecond) => atSecond === provenSecond;
  return [...reached.filter(isProven), ...reached.filter((each) => !isProven(each))];
}

/** Of the point's own tables: one that was created since reaches back to none of its seconds. */
function earliestOf({ atBackup, now }: PlannedDatabase): readonly number[] {
  const its = new Set(atBackup.tables.map(({ name }) => name));
  return now.tables.flatMap(({ name, coverage }) =>
    its.has(name) && coverage ? [coverage.earliestSecond] : [],
  );
}
