/** The times that a date can have; a damaged record must not keep a list from being shown. */
const MOST_MS = 8.64e15;

/** In UTC with seconds, in the form that `--at` takes back. */
export function showTime(ms: number): string {
  if (!(Math.abs(ms) <= MOST_MS)) return "unknown";
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

/** In UTC with milliseconds, where whole seconds would not do. */
export function precise(ms: number): string {
  return Math.abs(ms) <= MOST_MS ? new Date(ms).toISOString() : "unknown";
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A span with as much precision as it is worth: `35 ms`, `1.4 s`, `2 min 5 s`, `3 h 10 min`, `4 d 2 h`. */
export function showSpan(ms: number): string {
  if (!Number.isFinite(ms)) return "unknown";
  const whole = Math.round(ms);
  if (whole < 0) return `-${showSpan(-ms)}`;
  if (whole < SECOND_MS) return `${whole} ms`;
  if (whole < MINUTE_MS) return `${tenths(whole / SECOND_MS)} s`;
  if (whole < HOUR_MS) return pair(whole, [MINUTE_MS, "min"], [SECOND_MS, "s"]);
  if (whole < DAY_MS) return pair(whole, [HOUR_MS, "h"], [MINUTE_MS, "min"]);
  return pair(whole, [DAY_MS, "d"], [HOUR_MS, "h"]);
}

type Unit = readonly [ms: number, name: string];

function pair(ms: number, [largeMs, large]: Unit, [smallMs, small]: Unit): string {
  const count = Math.floor(ms / largeMs);
  const rest = Math.floor((ms % largeMs) / smallMs);
  return rest === 0 ? `${count} ${large}` : `${count} ${large} ${rest} ${small}`;
}

/** Rounded down: a window of 1.96 s is not one of 2 s. */
function tenths(value: number): string {
  return (Math.floor(value * 10) / 10).toString();
}
