const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
type Unit = keyof typeof UNIT_MS;

/** `5s`, `2m`, `250ms`, `1h30m`, `1.5h`: numbers with units, largest first, each unit once. */
export const DURATION =
  /^(?=\d)(?:\d+(?:\.\d+)?d\s*)?(?:\d+(?:\.\d+)?h\s*)?(?:\d+(?:\.\d+)?m(?!s)\s*)?(?:\d+(?:\.\d+)?s\s*)?(?:\d+(?:\.\d+)?ms)?$/;

/** Milliseconds, or nothing where the text is no duration or asks for a fraction of a millisecond. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g);
  const ms = [...parts].reduce((sum, [, number, unit]) => sum + Number(number) * UNIT_MS[unit as Unit], 0);
  // 0.29 * 1000 is not quite 290.
  const whole = Math.round(ms);
  return Math.abs(ms - whole) < 1e-6 ? whole : undefined;
}

/** As people write it: `1h30m`, `250ms`. */
export function showDuration(ms: number): string {
  let rest = ms;
  const parts = (Object.entries(UNIT_MS) as [Unit, number][]).map(([unit, unitMs]) => {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    return count === 0 ? "" : `${count}${unit}`;
  });
  return parts.join("") || "0s";
}
