import type { CapturedTable } from "./captured.ts";

/** A span of seconds of the database's clock, both included. */
export interface Coverage {
  readonly earliestSecond: number;
  readonly latestSecond: number;
}

/** What all tables together can be restored to at present, where there is such a span. */
export function coverageOfAll(tables: readonly Pick<CapturedTable, "coverage">[]): Coverage | undefined {
  const spans = tables.flatMap(({ coverage }) => coverage ?? []);
  if (spans.length === 0 || spans.length < tables.length) return undefined;
  const earliestSecond = Math.max(...spans.map((span) => span.earliestSecond));
  const latestSecond = Math.min(...spans.map((span) => span.latestSecond));
  return earliestSecond <= latestSecond ? { earliestSecond, latestSecond } : undefined;
}
