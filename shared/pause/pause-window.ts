import type { ClockBound } from "./clock-bound.ts";

/**
 * The span in which every instance was paused and drained, in ms on our clock: from the moment the last one
 * confirmed to the moment before the first could have been let go.
 */
export interface PauseWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** A whole second on the database's clock that lies inside the window whatever the clock bound allows. */
export interface SecondInside {
  readonly atSecond: number;
  /** Distance of that second from the nearer end of the window, on the database's clock at its worst. */
  readonly marginMs: number;
}

/**
 * Law 3: the second T counts if start + high <= T and T + 1 s <= end + low. Of those that fit, the one nearest
 * the middle; undefined where none fits.
 */
export function secondInside(window: PauseWindow, bound: ClockBound): SecondInside | undefined {
  const earliestMs = window.startMs + bound.highMs;
  const latestMs = window.endMs + bound.lowMs;
  const first = Math.ceil(earliestMs / 1000);
  const last = Math.floor(latestMs / 1000) - 1;
  if (!(first <= last)) return undefined;
  const middle = Math.round(((earliestMs + latestMs) / 2 - 500) / 1000);
  const atSecond = Math.min(Math.max(middle, first), last);
  const marginMs = Math.min(atSecond * 1000 - earliestMs, latestMs - (atSecond + 1) * 1000);
  return { atSecond, marginMs };
}

/** The earliest end, on our clock, that lets a window from `startMs` on hold a whole second. */
export function earliestEnd(startMs: number, bound: ClockBound): number {
  return Math.ceil((startMs + bound.highMs) / 1000) * 1000 + 1000 - bound.lowMs;
}
