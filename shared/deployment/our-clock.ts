import type { Clock } from "../backup/effects.ts";

/**
 * Our clock: wall time when it was made, carried on by a monotonic counter, so that a stepped wall clock cannot
 * move what was measured with it. Both are told, since their difference shows a step or a freeze.
 */
export interface OurClock {
  oursMs(): number;
  wallMs(): number;
  read(): Clock;
}

export function ourClock(): OurClock {
  const offsetMs = Date.now() - performance.now();
  const oursMs = () => offsetMs + performance.now();
  const wallMs = () => Date.now();
  return { oursMs, wallMs, read: () => ({ oursMs: oursMs(), wallMs: wallMs() }) };
}
