import {
  type Clocks,
  type DatabaseWindow,
  earliestLaterSecond,
  guardOf,
  pausedSpan,
  type Settled,
  type Span,
  type Subject,
  settledFromMs,
} from "./subject.ts";
import { secondText, timeText } from "./time-text.ts";

/** What verification says of a copy. */
export type Proof =
  | {
      readonly kind: "proven";
      readonly reason: string /** What it takes for granted. */;
      readonly restsOn: readonly string[];
    }
  | { readonly kind: "unproven"; readonly reason: string }
  | { readonly kind: "disproven"; readonly reason: string };

export interface Commits {
  readonly count: number;
  /** A few of them. */
  readonly examples: readonly { readonly transaction: string; readonly atMs: number }[];
}

/** What the coordinators and the rows said of the time around the restored second. */
export interface ProofEvidence {
  readonly coordinatorRead: boolean;
  /** COMMITTED coordinator rows, and committed rows whose coordinator row is gone, dated inside the guard. */
  readonly inGuard: Commits;
  /** The same, inside the pause window shrunk on both sides by the bound on ScalarDB's clocks. */
  readonly inWindow: Commits;
  /** Transactions with rows that were prepared there, whatever became of them. */
  readonly preparedInWindow: Commits;
  /** Dated before the guard and known to the later coordinator, but not to the copy's. */
  readonly missingInCopy: Commits;
  /** Known to the copy's coordinator, but no more to the later one. */
  readonly missingLater: Commits;
  /** Carried out a second time with the same id, so shortly before the guard that it may have ended inside it. */
  readonly again: Commits;
  /** Committed rows without any coordinator row that look like one-phase commit. */
  readonly onePhase: Commits & { readonly newestMs: number | undefined };
  /** Other committed rows without any coordinator row: theirs was cleaned up. */
  readonly cleanedUp: Commits & { readonly newestMs: number | undefined };
  /** The oldest COMMITTED row of the later coordinator. */
  readonly oldestKeptMs: number | undefined;
  /** Tables of the ledger without transaction columns, as the JDBC transaction manager keeps them. */
  readonly withoutTransactions: readonly string[];
  /** Tables whose records can change. */
  readonly changeable: readonly string[];
}

/**
 * The decisive check. A copy at a second is consistent, after ScalarDB's own recovery, if no transaction committed
 * in the guard around it: a transaction reads the time of its commit after all of its rows are prepared and before
 * its coordinator row is written, so what committed before the guard has all rows in every part of the copy, and
 * what commits after it has no coordinator row in the copy and is rolled back as a whole.
 */
export function judgeProof(subject: Subject, evidence: ProofEvidence, clocks: Clocks): Proof {
  switch (subject.kind) {
    case "live":
      return unproven("these are the live tables: there is no restored second to hold them against");
    case "copy":
      return unproven("no restored second is known of this copy; its checks can only disprove");
    case "settled":
      return judgeSettled(subject, evidence, clocks);
    case "dump":
      return judgeDump(subject, evidence, clocks);
    case "log":
      return judgeLog(evidence);
    case "restored":
      return judgeRestored(subject, evidence, clocks);
    default:
      return subject satisfies never;
  }
}

function judgeRestored(subject: Restored, evidence: ProofEvidence, clocks: Clocks): Proof {
  const obstacle = obstacleOf(subject, evidence, clocks);
  if (obstacle === undefined && evidence.inGuard.count === 0) return proven(subject, evidence, clocks);
  const broken = brokenPause(subject, evidence, clocks);
  if (broken !== undefined) return { kind: "disproven", reason: broken };
  return unproven(obstacle ?? noisy(subject, evidence.inGuard, clocks));
}

type Dump = Extract<Subject, { kind: "dump" }>;

/**
 * What one transaction of one database has read is whole, after ScalarDB's own recovery: the coordinator's row of a
 * commit is written when all rows of the transaction are prepared, so that a snapshot with the one has the others.
 * Snapshots of several databases are of one moment only as far as nothing was written between the first and the last.
 */
function judgeDump(subject: Dump, evidence: ProofEvidence, clocks: Clocks): Proof {
  const untold = untoldOf(evidence);
  if (subject.basis === "snapshot") return untold === undefined ? provenBySnapshot() : unproven(untold);
  const broken = brokenPause(subject, evidence, clocks);
  if (broken !== undefined) return { kind: "disproven", reason: broken };
  const span = pausedSpan(subject, clocks);
  if (span === undefined) return unproven(untold ?? tooShort(subject.window, clocks));
  const obstacle = untold ?? preparedOf(evidence);
  return obstacle === undefined ? provenByPause(subject, span, clocks) : unproven(obstacle);
}

const STORED_AND_CHECKED =
  "the dump was complete when it was stored, and its checksum was still the same before it was loaded";

function provenBySnapshot(): Proof {
  return {
    kind: "proven",
    reason: "one transaction of one database has read all of it (a REPEATABLE READ snapshot)",
    restsOn: [
      STORED_AND_CHECKED,
      "the database's isolation: a snapshot sees all of what was committed before it, and nothing else",
      "every transaction over these tables uses this coordinator, and all of its tables are in this one database",
    ],
  };
}

const FILES_SEEN =
  "every file of every node's snapshot was in the bucket before it was restored; what is in them has no checksum of ours, and was read as rows";

function provenByPause(
  subject: Extract<Dump, { basis: "window" }>,
  { fromMs, toMs }: Span,
  clocks: Clocks,
): Proof {
  return {
    kind: "proven",
    reason: `the snapshots of all ${subject.stored === "files" ? "nodes" : "databases"} were taken inside the pause, and nothing in them is dated inside it, between ${timeText(fromMs)} and ${timeText(toMs)}`,
    restsOn: [
      subject.stored === "files" ? FILES_SEEN : STORED_AND_CHECKED,
      "the pause held: every instance confirmed it, had drained, and was still paused at its end",
      `ScalarDB's clocks were within ${clocks.scalarClockBoundMs} ms of the databases', where the rows are to show that it held`,
      "every transaction over these tables uses this coordinator, and all of its tables are in these databases",
    ],
  };
}

function tooShort({ startMs, endMs }: DatabaseWindow, { scalarClockBoundMs }: Clocks): string {
  return `the pause lasted ${Math.round(endMs - startMs)} ms, and with clocks that may differ by ${scalarClockBoundMs} ms either way no row shows whether it held`;
}

function preparedOf({ preparedInWindow }: ProofEvidence): string | undefined {
  if (preparedInWindow.count === 0) return undefined;
  return `${counted(preparedInWindow)} has rows that were prepared inside the pause: something was not paused`;
}

/**
 * A log is recovered up to one instant of it, before or after each commit: what holds for one snapshot holds for that,
 * whenever the second was, and whatever a clock says.
 */
function judgeLog(evidence: ProofEvidence): Proof {
  const untold = untoldOf(evidence);
  if (untold !== undefined) return unproven(untold);
  return {
    kind: "proven",
    reason: "one server was recovered along its own log, up to one instant of it",
    restsOn: [
      "the service's recovery: it replays the log of the server in order, up to one position",
      "the database's isolation: what was committed before that position is there, and nothing else",
      "every transaction over these tables uses this coordinator, and all of its tables are on this one server",
    ],
  };
}

/** Whether a copy is what settling makes of one is checked row by row; here is what no row says by itself. */
function judgeSettled(subject: Settled, evidence: ProofEvidence, clocks: Clocks): Proof {
  const untold = untoldOf(evidence);
  if (untold !== undefined) return unproven(untold);
  const left = leftOver(subject, evidence);
  if (left !== undefined) return { kind: "disproven", reason: left };
  const { atSecond, keptUntilMs } = subject;
  const { changeable } = evidence;
  // Of then: the configuration may say another one by now.
  const boundMs = atSecond * 1000 - keptUntilMs - clocks.databaseSkewMs;
  return {
    kind: "proven",
    reason: `settled: what was not surely complete by ${timeText(keptUntilMs)} was dropped, and what stands needs nothing that is not there`,
    restsOn: [
      `ScalarDB's clocks were within ${boundMs} ms of the database's`,
      "no coordinator clean-up removed rows of the last seconds before the copy",
      "every transaction over these tables uses this coordinator, and all of its tables are in the copy",
      ...(changeable.length > 0
        ? [
            `no transaction that is not in the copy's coordinator yet had deleted records of ${changeable.join(", ")}: a delete leaves nothing to see`,
          ]
        : []),
    ],
  };
}

/** What is dropped loses its coordinator row: a committed row of then without one was dropped in part. */
function leftOver(subject: Settled, { onePhase, cleanedUp }: ProofEvidence): string | undefined {
  const fromMs = settledFromMs(subject);
  const newest = Math.max(onePhase.newestMs ?? 0, cleanedUp.newestMs ?? 0);
  if (newest <= fromMs) return undefined;
  return `a row was committed at ${timeText(newest)}, after ${timeText(fromMs)}, by a transaction that has no coordinator row: it was not settled`;
}

type Restored = Extract<Subject, { kind: "restored" }>;

function unproven(reason: string): Proof {
  return { kind: "unproven", reason };
}

/** Why quiet around the second would prove nothing here. */
function obstacleOf(subject: Restored, evidence: ProofEvidence, clocks: Clocks): string | undefined {
  const untold = untoldOf(evidence);
  if (untold !== undefined) return untold;
  if (subject.later === undefined) return "the coordinator was not read at a later second";
  const earliest = earliestLaterSecond(subject.lastSecond ?? subject.atSecond, clocks);
  if (subject.later.atSecond < earliest) {
    return `the later coordinator is of second ${secondText(subject.later.atSecond)}, but only from ${secondText(earliest)} on does it hold all that counts`;
  }
  return lateWriteOf(evidence) ?? untracedOf(subject, evidence, clocks);
}

/** Why the tables do not say what was committed, and when. */
function untoldOf({ coordinatorRead, withoutTransactions }: ProofEvidence): string | undefined {
  if (!coordinatorRead) return "the copy has no coordinator table, so nothing says what was committed";
  if (withoutTransactions.length === 0) return undefined;
  return `${withoutTransactions.join(", ")} has no transaction columns (JDBC transaction manager): commits leave no trace of their time`;
}

/**
 * The time of a commit is read before its coordinator row is written. A row that is written late lands inside the
 * second though it is dated before the guard: its records may then be cut on both sides of it, with nothing in the
 * guard. So whatever is dated before the guard must be in the copy's coordinator. (Seen in a real write journal:
 * without this, 6 of 464 copies that were quiet under a clock bound of 0 were broken.)
 */
function lateWriteOf({ missingInCopy }: ProofEvidence): string | undefined {
  if (missingInCopy.count === 0) return undefined;
  return `${counted(missingInCopy)} dated before the guard, but the copy's coordinator does not have it: it was written late, or the coordinator is of an earlier time`;
}

/** Commits that may have left no coordinator row: then quiet in the coordinator says nothing. */
function untracedOf(subject: Restored, evidence: ProofEvidence, clocks: Clocks): string | undefined {
  const { again, onePhase, cleanedUp, missingLater, oldestKeptMs } = evidence;
  if (again.count > 0)
    return `${counted(again)} had committed before, was carried out again shortly before the second, and nothing says when that ended`;
  if (onePhase.count > 0)
    return `${counted(onePhase)} has no coordinator row and looks like one-phase commit, which leaves none`;
  if (missingLater.count > 0)
    return `${counted(missingLater)} was removed from the coordinator since: a clean-up was at work around this second`;
  if (cleanedUp.count === 0) return undefined;
  const { fromMs } = guardOf(subject.atSecond, clocks, subject.lastSecond);
  const boundMs = 2 * clocks.scalarClockBoundMs;
  // A clean-up removes what is older than a boundary. Rows kept from before the guard show where it ended.
  const endedBefore =
    oldestKeptMs !== undefined &&
    oldestKeptMs < fromMs &&
    (cleanedUp.newestMs ?? 0) <= oldestKeptMs + boundMs;
  return endedBefore
    ? undefined
    : `${counted(cleanedUp)} has no coordinator row (a clean-up, or another coordinator), and it cannot be seen that this ended before the guard`;
}

function proven(subject: Restored, evidence: ProofEvidence, clocks: Clocks): Proof {
  const { fromMs, toMs } = guardOf(subject.atSecond, clocks, subject.lastSecond);
  const cleaned =
    evidence.cleanedUp.count > 0 ? "; one was seen, but it ended long before" : "; no sign of one was seen";
  return {
    kind: "proven",
    reason: `no transaction committed between ${timeText(fromMs)} and ${timeText(toMs)}, the second ${secondText(subject.atSecond)} and its guard`,
    restsOn: [
      `ScalarDB's clocks were within ${clocks.scalarClockBoundMs} ms of the database's`,
      `no coordinator clean-up reached into the guard${cleaned}`,
      "one-phase commit is off: it leaves no row in the coordinator",
      "every transaction over these tables uses this coordinator, and all of its tables are in the copy",
    ],
  };
}

function brokenPause(subject: Subject, evidence: ProofEvidence, clocks: Clocks): string | undefined {
  const inner = pausedSpan(subject, clocks);
  if (inner === undefined || evidence.inWindow.count === 0) return undefined;
  return `${counted(evidence.inWindow)} was committed inside the pause (between ${timeText(inner.fromMs)} and ${timeText(inner.toMs)}): something was not paused`;
}

function noisy(subject: Restored, inGuard: Commits, clocks: Clocks): string {
  const { fromMs, toMs } = guardOf(subject.atSecond, clocks, subject.lastSecond);
  return `${counted(inGuard)} was committed between ${timeText(fromMs)} and ${timeText(toMs)}, too near to the second ${secondText(subject.atSecond)} to tell which side of it`;
}

function counted({ count, examples }: Commits): string {
  const [first] = examples;
  const named =
    first === undefined ? "a transaction" : `transaction "${first.transaction}" (${timeText(first.atMs)})`;
  return count > 1 ? `${named}, like ${count - 1} more,` : named;
}
