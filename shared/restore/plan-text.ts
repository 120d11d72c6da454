import { secondText } from "../verify/time-text.ts";

/** How long ago, as a plan says how much work it discards. */
export function agoText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 1) return "less than a minute";
  if (minutes === 1) return "a minute";
  return minutes < 120 ? `${minutes} minutes` : `${(minutes / 60).toFixed(1)} hours`;
}

/** Writes that a restore leaves behind, as it is at the given time: they grow while nobody runs the plan. */
export function writesSince(
  parts: readonly { readonly atSecond: number }[],
  where: string,
  nowMs: number,
): string {
  const first = Math.min(...parts.map(({ atSecond }) => atSecond));
  return `Every write since ${secondText(first)} is not in ${where}: ${agoText(nowMs - first * 1000)} of work`;
}
