import type { Swept } from "../backup/sweep.ts";

/** At the next deadline, where that comes before the interval is over. */
export function untilNextRound(swept: readonly Swept[], nowMs: number, intervalMs: number): number {
  const deadlines = swept.flatMap((one) => (one.kind === "not-due" ? [one.deadlineMs] : []));
  // A pause is overdue once its deadline has passed, not when it comes.
  return Math.min(intervalMs, ...deadlines.map((deadlineMs) => Math.max(0, deadlineMs - nowMs) + 1));
}

/** What a round could not do, in one line. */
export function troubleIn(swept: readonly Swept[]): string | undefined {
  const told = swept.flatMap((one) => {
    if (one.kind === "failed") return [`${one.pause}: ${one.message}`];
    if (one.kind !== "unsettled") return [];
    return one.stillPaused.map((address) => `"${address}" of "${one.deployment}" may still be paused`);
  });
  return told.length === 0 ? undefined : told.join("; ");
}
