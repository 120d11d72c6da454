import type { RestorePoint } from "../catalog/model.ts";
import { secondOf } from "./choose-point.ts";

/** A way back after a disaster at this moment, and what it would cost. */
export type WayBack = { readonly by: WayBackBy } & Cost;

/** `own-recovery`: one server's own, along its log. */
export type WayBackBy = "last-point" | "quiet-second" | "settling" | "own-recovery";

export type Cost =
  /** By what the databases answered just now. */
  | {
      readonly kind: "possible";
      readonly backToSecond: number;
      readonly costMs: number;
      /** Tables for which nobody knows before it is tried: their records change in place. */
      readonly perhaps?: readonly string[];
    }
  /** By the catalog alone: the databases were not asked, or did not answer, and then `because` says why. */
  | {
      readonly kind: "recorded";
      readonly backToSecond: number;
      readonly costMs: number;
      readonly because?: string;
    }
  | { readonly kind: "impossible"; readonly because: readonly string[] }
  | { readonly kind: "unknown"; readonly because: string };

/** The cost where all is kept that was committed before a second. */
export function backTo(
  second: number,
  nowMs: number,
): { readonly backToSecond: number; readonly costMs: number } {
  return { backToSecond: second, costMs: Math.max(0, nowMs - second * 1000) };
}

/** Why nothing more is known of a point that names no database. */
export const BY_COMMAND = "it was left by a command, whose tool restores it";

/** What the catalog alone says of the last point. */
export function recordedCost(point: RestorePoint | undefined, nowMs: number, because?: string): Cost {
  if (point === undefined)
    return { kind: "impossible", because: ["there is no restore point that can be restored to"] };
  return { kind: "recorded", ...backTo(secondOf(point), nowMs), ...(because !== undefined && { because }) };
}
