/**
 * One answer of the database: sent between `sentMs` and `answeredMs` on our clock, it says that the database's clock
 * was in [dateSecond, dateSecond + spanMs).
 */
export interface ClockSample {
  readonly sentMs: number;
  readonly answeredMs: number;
  /** Since 1970: of a `Date` header a whole one. */
  readonly dateSecond: number;
  /** How coarse the clock tells the time; 1 s by default, as a `Date` header does. */
  readonly spanMs?: number;
}

const SECOND_MS = 1000;

/** The interval in which (database clock - our clock) lies, in ms. */
export interface ClockBound {
  readonly lowMs: number;
  readonly highMs: number;
}

/**
 * What all samples agree on; undefined where there are none, or where they contradict each other by more than the
 * tolerance. Front ends that cache the header contradict each other a little, and a small step of a clock looks the
 * same: within the tolerance, all that lies between the contradicting answers is possible.
 */
export function boundFrom(samples: readonly ClockSample[], toleranceMs = 0): ClockBound | undefined {
  if (samples.length === 0) return undefined;
  const lowMs = Math.max(...samples.map((sample) => sample.dateSecond * 1000 - sample.answeredMs));
  const highMs = Math.min(
    ...samples.map(({ dateSecond, spanMs = SECOND_MS, sentMs }) => dateSecond * 1000 + spanMs - sentMs),
  );
  if (lowMs - highMs > toleranceMs) return undefined;
  return { lowMs: Math.min(lowMs, highMs), highMs: Math.max(lowMs, highMs) };
}

/**
 * What several phases of measuring leave possible: their hull. Phases further apart than the allowance explains mean
 * that a clock was stepped: undefined.
 */
export function hullOver(
  phases: readonly (readonly ClockSample[])[],
  allowanceMs: number,
): ClockBound | undefined {
  const bounds = phases.map((samples) => boundFrom(samples, 2 * allowanceMs));
  if (bounds.length === 0 || !bounds.every((bound) => bound !== undefined)) return undefined;
  const lows = bounds.map((bound) => bound.lowMs);
  const highs = bounds.map((bound) => bound.highMs);
  const isStepped = Math.max(...lows) - allowanceMs > Math.min(...highs) + allowanceMs;
  return isStepped ? undefined : { lowMs: Math.min(...lows), highMs: Math.max(...highs) };
}

/**
 * The bound that holds over several phases of measuring: their hull, plus the allowance for front ends that cache
 * the header and for a recovery log with a clock of its own.
 */
export function boundOver(
  phases: readonly (readonly ClockSample[])[],
  allowanceMs: number,
): ClockBound | undefined {
  const hull = hullOver(phases, allowanceMs);
  return hull && { lowMs: hull.lowMs - allowanceMs, highMs: hull.highMs + allowanceMs };
}
