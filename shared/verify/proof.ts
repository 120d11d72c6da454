import { type Obstacle, obstacleOf, untoldOf } from "./obstacle.ts";
import { type Commits, counted, type ProofEvidence } from "./proof-evidence.ts";
import {
  type Clocks,
  type DatabaseWindow,
  guardOf,
  pausedSpan,
  type Restored,
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
  | ({ readonly kind: "unproven" } & Obstacle)
  | { readonly kind: "disproven"; readonly reason: string };

/**
 * The decisive check. A copy at a second is consistent, after ScalarDB's own recovery, if no transaction committed
 * in the guard around it: a transaction reads the time of its commit after all of its rows are prepared and before
 * its coordinator row is written, so what committed before the guard has all rows in every part of the copy, and
 * what commits after it has no coordinator row in the copy and is rolled back as a whole.
 */
export function judgeProof(subject: Subject, evidence: ProofEvidence, clocks: Clocks): Proof {
  switch (subject.kind) {
    case "live":
      return unproven({
        reason: "these are the live tables: there is no restored second to hold them against",
      });
    case "copy":
      return unproven({ reason: "no restored second is known of this copy; its checks can only disprove" });
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

function tooShort({ startMs, endMs }: DatabaseWindow, { scalarClockBoundMs }: Clocks): Obstacle {
  const reason = `the pause lasted ${Math.round(endMs - startMs)} ms, and with clocks that may differ by ${scalarClockBoundMs} ms either way no row shows whether it held`;
  return { reason };
}

function preparedOf({ preparedInWindow }: ProofEvidence): Obstacle | undefined {
  if (preparedInWindow.count === 0) return undefined;
  return {
    reason: `${counted(preparedInWindow)} has rows that were prepared inside the pause: something was not paused`,
  };
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

function unproven(obstacle: Obstacle): Proof {
  return { kind: "unproven", ...obstacle };
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

function noisy(subject: Restored, inGuard: Commits, clocks: Clocks): Obstacle {
  const { fromMs, toMs } = guardOf(subject.atSecond, clocks, subject.lastSecond);
  const reason = `${counted(inGuard)} was committed between ${timeText(fromMs)} and ${timeText(toMs)}, too near to the second ${secondText(subject.atSecond)} to tell which side of it`;
  return { reason };
}
