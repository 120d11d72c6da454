/**
 * One answer of the database: sent between `sentMs` and `answeredMs` on our clock, its `Date` header (whole
 * seconds since 1970) says that the database's clock was in [dateSecond, dateSecond + 1 s).
 */
export interface ClockSample {
  readonly sentMs: number;
  readonly answeredMs: number;
  readonly dateSecond: number;
}

/** The interval in which (database clock - our clock) lies, in ms. */
export interface ClockBound {
  readonly lowMs: number;
  readonly highMs: number;
}

/** What all samples agree on; undefined where they contradict each other, or where there are none. */
export function boundFrom(samples: readonly ClockSample[]): ClockBound | undefined {
  if (samples.length === 0) return undefined;
  const lowMs = Math.max(...samples.map((sample) => sample.dateSecond * 1000 - sample.answeredMs));
  const highMs = Math.min(...samples.map((sample) => sample.dateSecond * 1000 + 1000 - sample.sentMs));
  return lowMs <= highMs ? { lowMs, highMs } : undefined;
}

function widen(bound: ClockBound, byMs: number): ClockBound {
  return { lowMs: bound.lowMs - byMs, highMs: bound.highMs + byMs };
}

/**
 * The bound that holds over several phases of measuring: their hull, plus the allowance for front ends that
 * cache the header and for a recovery log with a clock of its own. Phases further apart than the allowance
 * explains mean that a clock was stepped: undefined.
 */
export function boundOver(
  phases: readonly (readonly ClockSample[])[],
  allowanceMs: number,
): ClockBound | undefined {
  const bounds = phases.map(boundFrom);
  if (bounds.length === 0 || !bounds.every((bound) => bound !== undefined)) return undefined;
  const lows = bounds.map((bound) => bound.lowMs);
  const highs = bounds.map((bound) => bound.highMs);
  const stepped = Math.max(...lows) - allowanceMs > Math.min(...highs) + allowanceMs;
  if (stepped) return undefined;
  return widen({ lowMs: Math.min(...lows), highMs: Math.max(...highs) }, allowanceMs);
}
