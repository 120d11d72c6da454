import { StillpointError } from "../errors/stillpoint-error.ts";
import { earlierSecondOf, type Settled, type Subject, settledFromMs } from "../verify/subject.ts";

/** The instants that decide what stands, in ms, and what they come from. */
export interface SettlingTimes {
  /** Bound on (clock of any ScalarDB process - clock of the database), either way. */
  readonly boundMs: number;
  /** The earliest instant at which anything in the copy may have been cut. */
  readonly cutMs: number;
  /** What committed later, by its own clock, is dropped. */
  readonly keptUntilMs: number;
  /** No committed transaction of up to then may be dropped. */
  readonly oldMs: number;
  /**
   * What committed later must have its row in the coordinator: a decision may be written long after the time that it
   * carries, and where it was cut before that, the ledger would not know of what is kept.
   */
  readonly tracedMs: number;
  /** Rows of up to then that are simply committed are kept in a few words. */
  readonly nearMs: number;
  /**
   * What committed by then had prepared all of its rows before anything in the copies of the earlier second was cut. Of
   * what committed later it must be known what it wrote, where records come back from these.
   */
  readonly knownFromMs: number;
  /** Nothing in the copy can be dated later. */
  readonly latestMs: number;
}

const SECOND_MS = 1000;
/** A transaction expires after it by ScalarDB's default. Clean-ups are days behind. */
const TRACED_MS = 60_000;
/** Long after any transaction that was under way when the copy was cut had begun: ScalarDB gives it 60 s. */
const NEAR_MS = 600_000;

function settlingTimesOf(subject: Settled): SettlingTimes {
  const { atSecond, keptUntilMs } = subject;
  const cutMs = atSecond * SECOND_MS;
  const boundMs = cutMs - keptUntilMs;
  const oldMs = settledFromMs(subject);
  return {
    boundMs,
    cutMs,
    keptUntilMs,
    oldMs,
    tracedMs: Math.min(oldMs, cutMs - TRACED_MS),
    nearMs: oldMs - NEAR_MS,
    knownFromMs: earlierSecondOf(subject) * SECOND_MS - boundMs,
    latestMs: cutMs + SECOND_MS + boundMs,
  };
}

/** Of what is read to be settled. */
export function timesOf(subject: Subject): SettlingTimes {
  if (subject.kind === "settled") return settlingTimesOf(subject);
  throw new StillpointError(
    "INTERNAL",
    `a copy of kind "${subject.kind}" is not one to settle; nothing was touched`,
  );
}
