import { setTimeout as delay } from "node:timers/promises";
import { boundFrom, type ClockBound, type ClockSample } from "../pause/clock-bound.ts";

/** The first look covers one whole second in so many steps, so that one boundary is met to a tenth. */
const FIRST_LOOK_STEPS = 10;
/** A look at a boundary that is known roughly already. */
const BOUNDARY_STEPS = 4;
/** Asked a little before the boundary can come and a little after it must have come: a usual round trip. */
const LEAD_MS = 40;
const LAG_MS = 5;
/** A bound this narrow is not worth another second. */
const NARROW_MS = 25;

export interface Probe {
  readonly known?: ClockBound;
  /** Further looks are taken while this lasts; the first one is always taken. */
  readonly budgetMs: number;
}

/**
 * Measures the offset of a clock that tells whole seconds only: what sharpens the bound is an answer from just
 * before, and one from just after, the moment at which the second changes.
 */
export async function probeClock(
  askSecond: () => Promise<number>,
  now: () => number,
  { known, budgetMs }: Probe,
): Promise<readonly ClockSample[]> {
  const untilMs = now() + budgetMs;
  const first = known ? boundaryTimes(known, now()) : evenly(now(), now() + 1000, FIRST_LOOK_STEPS);
  const samples = await askAt(first, askSecond, now);
  for (;;) {
    const bound = boundFrom(samples);
    if (bound === undefined || bound.highMs - bound.lowMs <= NARROW_MS) return samples;
    const times = boundaryTimes(bound, now());
    if ((times.at(-1) ?? Number.POSITIVE_INFINITY) > untilMs) return samples;
    samples.push(...(await askAt(times, askSecond, now)));
  }
}

/** Moments around the next change of the second, on our clock. */
function boundaryTimes({ lowMs, highMs }: ClockBound, nowMs: number): readonly number[] {
  const second = Math.ceil((nowMs + LEAD_MS + highMs) / 1000) * 1000;
  return evenly(second - highMs - LEAD_MS, second - lowMs + LAG_MS, BOUNDARY_STEPS);
}

function evenly(fromMs: number, toMs: number, steps: number): readonly number[] {
  return Array.from({ length: steps }, (_, step) => fromMs + ((toMs - fromMs) * step) / (steps - 1));
}

/** Asks at each of these moments without waiting for the answers before. */
async function askAt(
  times: readonly number[],
  askSecond: () => Promise<number>,
  now: () => number,
): Promise<ClockSample[]> {
  return Promise.all(
    times.map(async (time) => {
      await delay(Math.max(0, time - now()));
      const sentMs = now();
      const dateSecond = await askSecond();
      return { sentMs, answeredMs: now(), dateSecond };
    }),
  );
}
