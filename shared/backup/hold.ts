import { quoted } from "../errors/quoted.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { boundOver, type ClockBound, type ClockSample, hullOver } from "../pause/clock-bound.ts";
import { earliestEnd } from "../pause/pause-window.ts";
import { all, answerOf, asker, sleep, type Workflow } from "../workflow/effect.ts";
import type { BackupEffects } from "./effects.ts";

const ask = asker<BackupEffects>();

const GUARD_MS = 60;
/** Pausing, draining and confirming usually take less than this; where not, nothing but time is lost. */
const PAUSING_MS = 250;
/** Shorter budgets cannot meet a second's boundary, which is what sharpens a bound. */
const LEAST_PROBE_MS = 50;

export interface Holding {
  readonly startMs: number;
  /** `auto`: as short as a whole second inside can be proven; else at least this long. */
  readonly holdMs: "auto" | number;
  /** No later than this the gates are asked again and opened. */
  readonly latestMs: number;
  readonly allowanceMs: number;
}

/** Clock samples by database, one list for each phase of measuring. */
export type Measured = Readonly<Record<string, readonly (readonly ClockSample[])[]>>;

/** One more phase of measuring, all databases at once. */
export function* measure(
  measured: Measured,
  { budgetMs, allowanceMs }: { readonly budgetMs: number; readonly allowanceMs: number },
): Workflow<Measured> {
  const databases = Object.keys(measured);
  const outcomes = yield* all<readonly ClockSample[]>(
    databases.map((database) => {
      const known = hullOver(measured[database] ?? [], allowanceMs);
      return ask.effect("probe-clock", { database, budgetMs, ...(known && { known }) });
    }),
  );
  return Object.fromEntries(
    databases.map((database, index) => [
      database,
      [...(measured[database] ?? []), answerOf(outcomes[index])],
    ]),
  );
}

/** The bounds that everything measured so far leaves; a database whose clock contradicts itself has none. */
export function boundsOf(
  measured: Measured,
  allowanceMs: number,
): Readonly<Record<string, ClockBound | undefined>> {
  return Object.fromEntries(
    Object.entries(measured).map(([database, phases]) => [database, boundOver(phases, allowanceMs)]),
  );
}

/**
 * Waits, with nobody held yet, so that the window begins just before a second does: a window that begins at a
 * random moment is held half a second longer for the same whole second inside.
 */
export function* awaitSecond(measured: Measured, allowanceMs: number): Workflow<void> {
  const highs = Object.values(boundsOf(measured, allowanceMs)).map((bound) =>
    bound === undefined ? 0 : bound.highMs + slackOf(bound, allowanceMs),
  );
  const { oursMs } = yield* ask("now", {});
  const beginsMs = oursMs + PAUSING_MS + Math.max(...highs);
  if ((yield* sleep(Math.ceil(beginsMs / 1000) * 1000 - beginsMs)).interrupted)
    throw new StillpointError("INTERRUPTED", "interrupted before anything was paused");
}

/**
 * Holds the pause until a whole second is inside the window of every database, measuring meanwhile. Gives up
 * where that cannot be reached any more.
 */
export function* hold(holding: Holding, measured: Measured): Workflow<Measured> {
  const { latestMs } = holding;
  let { oursMs } = yield* ask("now", {});
  const budgetMs = Math.min(earliestOpening(holding, measured), latestMs) - oursMs;
  const now =
    budgetMs >= LEAST_PROBE_MS
      ? yield* measure(measured, { budgetMs, allowanceMs: holding.allowanceMs })
      : measured;
  const untilMs = earliestOpening(holding, now);
  if (untilMs > latestMs) throw tooLong(holding, now, untilMs);
  ({ oursMs } = yield* ask("now", {}));
  if ((yield* sleep(untilMs - oursMs)).interrupted)
    throw new StillpointError("INTERRUPTED", "interrupted while the instances were held");
  return now;
}

function tooLong(holding: Holding, measured: Measured, untilMs: number): StillpointError {
  const { startMs, holdMs, latestMs, allowanceMs } = holding;
  const lying = Object.entries(boundsOf(measured, allowanceMs)).filter(([, bound]) => bound === undefined);
  if (lying.length > 0) {
    const names = quoted(lying.map(([database]) => database));
    return new StillpointError(
      "WINDOW_INVALID",
      `the clock of database ${names} was stepped or contradicts itself; the hold was given up`,
    );
  }
  const wanted =
    holdMs !== "auto" && startMs + holdMs > latestMs ? `a hold of ${holdMs} ms` : "a whole second inside";
  const over = (untilMs - latestMs).toFixed(0);
  return new StillpointError(
    "WINDOW_INVALID",
    `${wanted} would need ${over} ms more than the longest pause leaves`,
  );
}

/** When the gates may be opened again, by what is known of the clocks; infinite where one has no bound. */
function earliestOpening({ startMs, holdMs, allowanceMs }: Holding, measured: Measured): number {
  const ends = Object.values(boundsOf(measured, allowanceMs)).map((bound) => {
    if (bound === undefined) return Number.POSITIVE_INFINITY;
    const slackMs = slackOf(bound, allowanceMs);
    return earliestEnd(startMs, { lowMs: bound.lowMs - slackMs, highMs: bound.highMs + slackMs });
  });
  return Math.max(startMs + (holdMs === "auto" ? 0 : holdMs), ...ends);
}

/** Measuring after the hold may still widen the bound: by about its own width, and a little. */
function slackOf({ lowMs, highMs }: ClockBound, allowanceMs: number): number {
  return highMs - lowMs - 2 * allowanceMs + GUARD_MS;
}
