import { StillpointError, toFailure } from "../../errors/stillpoint-error.ts";
import type { Outcome, Patience, Poll } from "../effect.ts";

/** Intervals where every look costs: never shorter than the first, and growing up to the longest. */
export interface PollPace {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** What is known between two looks. Waits are summed: a clock would tell another time on every replay. */
export interface PollWait {
  readonly looks: number;
  readonly waitedMs: number;
  /** The wait that comes next. */
  readonly nextMs: number;
  /** Looks in a row that failed for a passing reason. */
  readonly inVain: number;
}

export function beforeLooking({ firstMs }: Patience): PollWait {
  return { looks: 0, waitedMs: 0, nextMs: firstMs, inVain: 0 };
}

export function paced(patience: Patience, { firstMs, mostMs }: PollPace, fromMs = 0): Patience {
  return {
    ...patience,
    firstMs: Math.max(patience.firstMs, firstMs, fromMs),
    mostMs: Math.max(patience.mostMs, mostMs),
  };
}

/** The wait after a look; undefined where that would be longer than there is patience for. */
export function waitOn<S extends PollWait>(state: S, patience: Patience): S | undefined {
  const { looks, nextMs } = state;
  const waitMs = Math.min(looks === 1 ? patience.firstMs : nextMs * patience.factor, patience.mostMs);
  const waitedMs = state.waitedMs + wholeSeconds(waitMs).seconds * 1000;
  return waitedMs <= patience.limitMs ? { ...state, nextMs: waitMs, waitedMs } : undefined;
}

export function timedOut({ probe, patience }: Poll): Outcome {
  const message = `"${probe.kind}" was not done within ${patience.limitMs} ms`;
  return { ok: false, failure: toFailure(new StillpointError("TIMED_OUT", message)) };
}

export function wholeSeconds(ms: number): { readonly seconds: number } {
  return { seconds: Math.max(1, Math.ceil(ms / 1000)) };
}
