import type { Verdict } from "../catalog/model.ts";
import type { ClockBound } from "../pause/clock-bound.ts";
import type { SecondInside } from "../pause/pause-window.ts";

export interface Judgement {
  readonly verdict: Verdict;
  /** For each database the second to restore to, where the verdict is valid. */
  readonly seconds: Readonly<Record<string, SecondInside & { readonly bound: ClockBound }>>;
}

/** For each database what can be restored to, and what speaks against it. */
export interface Found extends Pick<Judgement, "seconds"> {
  readonly reasons: readonly string[];
}
