import { setTimeout as delay } from "node:timers/promises";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { boundFrom, type ClockBound, type ClockSample } from "../pause/clock-bound.ts";

/** The first look covers one whole second in so many steps, so that one boundary is met to a tenth. */
const FIRST_LOOK_STEPS = 10;
/** A look at a boundary that is known roughly already. */
const BOUNDARY_STEPS = 4;
/** Asked a little before the boundary can come and a little after it must have come: a usual round trip. */
const LEAD_MS = 40;
const LAG_MS = 5;
/** An answer that took longer would tell little. */
const ANSWER_LIMIT_MS = 1_500;
/** The quickest answer of a handful bounds the clock to about its own round trip. */
const MILLISECOND_SAMPLES = 8;
/** A bound this narrow is not worth another second. */
const NARROW_MS = 25;

export interface Probe {
  readonly known?: ClockBound;
  /** Further looks are taken while this lasts; the first one is always taken. */
  readonly budgetMs: number;
  /** Ends the probe at once, with an error. */
  readonly signal?: AbortSignal | undefined;
}

/** What is asked, and on which clock of ours it is timed. */
export interface TimeSource {
  askSecond(): Promise<number>;
  now(): number;
}

/**
 * Measures the offset of a clock that tells whole seconds only: what sharpens the bound is an answer from just
 * before, and one from just after, the moment at which the second changes. Answers that do not come are done
 * without; where none comes at all, the last failure is thrown.
 */
export async function probeClock(
  source: TimeSource,
  { known, budgetMs, signal }: Probe,
): Promise<readonly ClockSample[]> {
  const { now } = source;
  const untilMs = now() + budgetMs;
  const samples = await askAt(source, firstLook(known, now()), signal);
  for (;;) {
    const times = furtherLook(samples, now(), untilMs);
    if (times === undefined) return samples;
    samples.push(...(await askAt(source, times, signal).catch(() => [])));
    signal?.throwIfAborted();
  }
}

/** What is asked for milliseconds, and on which clock of ours it is timed. */
export interface MillisecondSource {
  askMs(): Promise<number>;
  now(): number;
}

/** Measures a clock that tells milliseconds: whatever its phase, every answer is as good as the next. */
export async function probeMilliseconds(
  { askMs, now }: MillisecondSource,
  { budgetMs, signal }: Probe,
): Promise<readonly ClockSample[]> {
  const untilMs = now() + budgetMs;
  const samples: ClockSample[] = [];
  do {
    const sentMs = now();
    const ms = await soon(askMs(), signal);
    samples.push({ sentMs, answeredMs: now(), dateSecond: ms / 1000, spanMs: 1 });
  } while (samples.length < MILLISECOND_SAMPLES && now() < untilMs);
  return samples;
}

/** When to ask first, on our clock: a whole second long, or around its change where that is known. */
export function firstLook(known: ClockBound | undefined, nowMs: number): readonly number[] {
  return known ? boundaryTimes(known, nowMs) : evenly(nowMs, nowMs + 1000, FIRST_LOOK_STEPS);
}

/** When to ask again; undefined where nothing is to be gained any more, or not in time. */
export function furtherLook(
  samples: readonly ClockSample[],
  nowMs: number,
  untilMs: number,
): readonly number[] | undefined {
  const bound = boundFrom(samples);
  if (bound === undefined || bound.highMs - bound.lowMs <= NARROW_MS) return undefined;
  const times = boundaryTimes(bound, nowMs);
  return (times.at(-1) ?? Number.POSITIVE_INFINITY) > untilMs ? undefined : times;
}

/** Moments around the next change of the second, on our clock. */
function boundaryTimes({ lowMs, highMs }: ClockBound, nowMs: number): readonly number[] {
  const second = Math.ceil((nowMs + LEAD_MS + highMs) / 1000) * 1000;
  return evenly(second - highMs - LEAD_MS, second - lowMs + LAG_MS, BOUNDARY_STEPS);
}

function evenly(fromMs: number, toMs: number, steps: number): readonly number[] {
  return Array.from({ length: steps }, (_, step) => fromMs + ((toMs - fromMs) * step) / (steps - 1));
}

/**
 * An answer within the limit, whatever the client below is waiting for: instances may be held meanwhile, and no
 * setting of a client covers its credentials and the body of an answer too.
 */
async function soon<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const enough = new AbortController();
  const stop = signal ? AbortSignal.any([signal, enough.signal]) : enough.signal;
  const tooLate = delay(ANSWER_LIMIT_MS, undefined, { signal: stop }).then(() => {
    throw new StillpointError(
      "DATABASE_UNREACHABLE",
      `no answer about the time within ${ANSWER_LIMIT_MS} ms`,
    );
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    enough.abort();
    tooLate.catch(() => undefined);
    answer.catch(() => undefined);
  }
}

/** Asks at each of these moments without waiting for the answers before. */
async function askAt(
  { askSecond, now }: TimeSource,
  times: readonly number[],
  signal: AbortSignal | undefined,
): Promise<ClockSample[]> {
  const asked = await Promise.allSettled(
    times.map(async (time) => {
      await delay(Math.max(0, time - now()), undefined, signal ? { signal } : {});
      const sentMs = now();
      const dateSecond = await soon(askSecond(), signal);
      return { sentMs, answeredMs: now(), dateSecond };
    }),
  );
  const samples = asked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failure = asked.findLast((one) => one.status === "rejected");
  if (samples.length === 0 && failure !== undefined) throw failure.reason;
  return samples;
}
