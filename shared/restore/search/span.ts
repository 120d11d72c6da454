import type { QuietAsked } from "../../verify/quiet-seconds.ts";
import { type Clocks, lastProvableSecond } from "../../verify/subject.ts";

export type Direction = "before" | "after";

/** Quiet seconds that are farther away are no answer to what was asked. */
const LONGEST_SECONDS = 24 * 3600;

export interface SpanAsked {
  readonly nearest: number | "latest";
  readonly direction: Direction;
  /** What all tables together can be restored to. */
  readonly covered: { readonly earliestSecond: number; readonly latestSecond: number };
  readonly clocks: Clocks;
}

/** Which seconds are looked at: on one side of the one that was asked for, as far as the tables are covered. */
export function spanOf({ nearest, direction, covered, clocks }: SpanAsked): Omit<QuietAsked, "guardMs"> {
  const last = lastProvableSecond(covered.latestSecond, clocks);
  const nearestSecond = nearest === "latest" ? last : nearest;
  switch (direction) {
    case "before":
      return {
        fromSecond: Math.max(covered.earliestSecond, nearestSecond - LONGEST_SECONDS),
        toSecond: nearestSecond,
        nearestSecond,
      };
    case "after":
      return {
        fromSecond: nearestSecond,
        toSecond: Math.max(nearestSecond, Math.min(last, nearestSecond + LONGEST_SECONDS)),
        nearestSecond,
      };
    default:
      return direction satisfies never;
  }
}
