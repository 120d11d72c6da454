/** A pause window on the database's clock, in ms. */
export interface DatabaseWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** What is verified, and what it is held against. Plain JSON. */
export type Subject =
  /** A copy restored to a second of the database's clock. */
  | {
      readonly kind: "restored";
      readonly atSecond: number;
      /** The latest of the seconds, where several databases were restored each to its own; `atSecond` is the earliest. */
      readonly lastSecond?: number;
      readonly window?: DatabaseWindow;
      /** The second at which the coordinator was restored once more: it knows what committed around the first. */
      readonly later?: { readonly atSecond: number };
    }
  /**
   * Dumps that were loaded. `snapshot`: of one database, all of it read by one transaction; `window`: of several, the
   * transaction of each begun inside the pause window.
   */
  | { readonly kind: "dump"; readonly basis: "snapshot"; readonly window?: DatabaseWindow }
  | {
      readonly kind: "dump";
      readonly basis: "window";
      readonly window: DatabaseWindow;
      /** What was stored are the files of a cluster's nodes, and no dump that has a checksum. */
      readonly stored?: "files";
    }
  /** One server that was recovered along its own log until a second of its clock: one instant of it, whichever. */
  | { readonly kind: "log"; readonly atSecond: number; readonly window?: DatabaseWindow }
  /** A copy at a second at which nobody paused, cut back to what was surely complete by an instant before it. */
  | { readonly kind: "settled"; readonly atSecond: number; readonly keptUntilMs: number }
  /** A copy of which nothing is known. */
  | { readonly kind: "copy" }
  /** Tables in use. What was prepared shortly before the reading began may still be in flight and is not judged. */
  | { readonly kind: "live"; readonly startedMs: number };

export type Restored = Extract<Subject, { kind: "restored" }>;

export type Settled = Extract<Subject, { kind: "settled" }>;

export interface Clocks {
  /** Bound on (clock of any ScalarDB process - clock of the database), either way. */
  readonly scalarClockBoundMs: number;
  /** How far apart the clocks of the database's own partitions may be. */
  readonly databaseSkewMs: number;
  /** How long a transaction may take: in live tables, what was prepared before that is not in flight. */
  readonly transactionLifeMs: number;
}

/** A transaction expires after 60 s by ScalarDB's default. */
export const DEFAULT_CLOCKS: Clocks = {
  scalarClockBoundMs: 1000,
  databaseSkewMs: 250,
  transactionLifeMs: 60_000,
};

const SECOND_MS = 1000;

/**
 * The last instant that settling a copy leaves alone: no transaction that committed up to then may be dropped. What is dated
 * after what is kept committed less than a bound before that, and what stands on it later still, by a clock that may be
 * another bound behind. Some time is left for decisions that are written late.
 */
export function settledFromMs({ atSecond, keptUntilMs }: Settled): number {
  const boundMs = atSecond * SECOND_MS - keptUntilMs;
  return keptUntilMs - boundMs - Math.max(boundMs, SECOND_MS);
}

/**
 * The second of the copies that say what records were before. Whatever is dropped is dated after what is kept, or stands on
 * what is: it committed less than a bound before that, on the database's clock. Another bound earlier, and a whole second
 * for the cut, nothing of it was committed: an earlier copy holds no such work but in doubt.
 */
export function earlierSecondOf({
  atSecond,
  keptUntilMs,
}: Pick<Settled, "atSecond" | "keptUntilMs">): number {
  const boundMs = atSecond * SECOND_MS - keptUntilMs;
  return Math.floor((keptUntilMs - 2 * boundMs) / SECOND_MS) - 1;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The restored second with the guard around it, on ScalarDB's clocks; `lastSecond` as in `Subject`. */
export function guardOf(atSecond: number, clocks: Clocks, lastSecond = atSecond): Span {
  const guardMs = clocks.scalarClockBoundMs + clocks.databaseSkewMs;
  return { fromMs: atSecond * SECOND_MS - guardMs, toMs: (lastSecond + 1) * SECOND_MS + guardMs };
}

/** The first second at which a later coordinator holds everything that may be dated inside the guard. */
export function earliestLaterSecond(lastSecond: number, clocks: Clocks): number {
  const guardMs = clocks.scalarClockBoundMs + clocks.databaseSkewMs;
  return Math.ceil((guardOf(lastSecond, clocks).toMs + guardMs) / SECOND_MS);
}

/** The last second of which a later coordinator can be read where no second after `latestSecond` can be restored to yet. */
export function lastProvableSecond(latestSecond: number, clocks: Clocks): number {
  return latestSecond - earliestLaterSecond(0, clocks);
}

/** What is dated in here was, by any clock, inside the pause; `undefined` where the window is too short to say. */
function innerWindow(window: DatabaseWindow, clocks: Clocks): Span | undefined {
  const fromMs = window.startMs + clocks.scalarClockBoundMs;
  const toMs = window.endMs - clocks.scalarClockBoundMs;
  return fromMs < toMs ? { fromMs, toMs } : undefined;
}

/** The pause window that a copy rests on, where it does. */
function windowOf(subject: Subject): DatabaseWindow | undefined {
  return "window" in subject ? subject.window : undefined;
}

/** What is dated in here was written though everything was paused. */
export function pausedSpan(subject: Subject, clocks: Clocks): Span | undefined {
  const window = windowOf(subject);
  return window && innerWindow(window, clocks);
}

export function within(ms: number, span: Span | undefined): boolean {
  return span !== undefined && ms >= span.fromMs && ms <= span.toMs;
}

/** The instant after which nothing can be dated in a copy, and the one after which a live row may be in flight. */
export function limitsOf(
  subject: Subject,
  clocks: Clocks,
): { readonly newestMs: number; readonly inFlightMs: number } {
  switch (subject.kind) {
    case "restored":
      return {
        newestMs: guardOf(subject.atSecond, clocks, subject.lastSecond).toMs,
        inFlightMs: Number.POSITIVE_INFINITY,
      };
    case "log":
      return { newestMs: guardOf(subject.atSecond, clocks).toMs, inFlightMs: Number.POSITIVE_INFINITY };
    case "dump":
      return { newestMs: newestInDump(subject, clocks), inFlightMs: Number.POSITIVE_INFINITY };
    case "settled":
      return { newestMs: subject.keptUntilMs, inFlightMs: Number.POSITIVE_INFINITY };
    case "copy":
      return { newestMs: Number.POSITIVE_INFINITY, inFlightMs: Number.POSITIVE_INFINITY };
    case "live":
      return {
        newestMs: Number.POSITIVE_INFINITY,
        inFlightMs: subject.startedMs - clocks.scalarClockBoundMs - clocks.transactionLifeMs,
      };
    default:
      return subject satisfies never;
  }
}

/** One snapshot of one database is whole by itself: no clock is needed to say so, and none can say otherwise. */
function newestInDump(subject: Extract<Subject, { kind: "dump" }>, clocks: Clocks): number {
  if (subject.basis === "snapshot") return Number.POSITIVE_INFINITY;
  return subject.window.endMs + clocks.scalarClockBoundMs + clocks.databaseSkewMs;
}
