import { counted, type ProofEvidence } from "./proof-evidence.ts";
import { type Clocks, earliestLaterSecond, guardOf, type Restored } from "./subject.ts";
import { secondText } from "./time-text.ts";

/** Why a copy cannot be proven. */
export interface Obstacle {
  readonly reason: string;
  readonly lasting?: Lasting;
}

/**
 * Of which other seconds no copy can be proven either, for the same reason: of none at all, or of none from a
 * time on (in ms) up to the copy's own. Absent where that is not certain.
 */
export type Lasting = { readonly kind: "ever" } | { readonly kind: "since"; readonly fromMs: number };

/** Whether a copy of this second would show what one of another second has shown. */
export function isHopeless(
  atSecond: number,
  { lasting, triedSecond }: { readonly lasting: Lasting | undefined; readonly triedSecond: number },
): boolean {
  switch (lasting?.kind) {
    case undefined:
      return false;
    case "ever":
      return true;
    case "since":
      return lasting.fromMs <= atSecond * 1000 && atSecond <= triedSecond;
    default:
      return lasting satisfies never;
  }
}

/** Why quiet around the second would prove nothing here. */
export function obstacleOf(subject: Restored, evidence: ProofEvidence, clocks: Clocks): Obstacle | undefined {
  return (
    untoldOf(evidence) ??
    laterOf(subject, clocks) ??
    onePhaseOf(evidence, clocks) ??
    lateWriteOf(evidence) ??
    againOf(evidence) ??
    cleanedUpOf(subject, evidence, clocks)
  );
}

/** Why the tables do not say what was committed, and when. */
export function untoldOf({ coordinatorRead, withoutTransactions }: ProofEvidence): Obstacle | undefined {
  const lasting: Lasting = { kind: "ever" };
  if (!coordinatorRead)
    return { reason: "the copy has no coordinator table, so nothing says what was committed", lasting };
  if (withoutTransactions.length === 0) return undefined;
  const reason = `${withoutTransactions.join(", ")} has no transaction columns (JDBC transaction manager): commits leave no trace of their time`;
  return { reason, lasting };
}

function laterOf({ later, atSecond, lastSecond = atSecond }: Restored, clocks: Clocks): Obstacle | undefined {
  if (later === undefined) return { reason: "the coordinator was not read at a later second" };
  const earliest = earliestLaterSecond(lastSecond, clocks);
  if (later.atSecond >= earliest) return undefined;
  return {
    reason: `the later coordinator is of second ${secondText(later.atSecond)}, but only from ${secondText(earliest)} on does it hold all that counts`,
  };
}

/**
 * Commits that leave no coordinator row: then quiet in the coordinator says nothing. The rows of such a commit were
 * not overwritten until this copy's second, so they were there at every second since the commit had surely been written.
 */
function onePhaseOf(
  { onePhase }: ProofEvidence,
  { scalarClockBoundMs, databaseSkewMs, transactionLifeMs }: Clocks,
): Obstacle | undefined {
  if (onePhase.count === 0) return undefined;
  const writtenMs = scalarClockBoundMs + databaseSkewMs + transactionLifeMs;
  return {
    reason: `${counted(onePhase)} has no coordinator row and looks like one-phase commit, which leaves none`,
    ...(onePhase.oldestMs !== undefined && {
      lasting: { kind: "since", fromMs: onePhase.oldestMs + writtenMs },
    }),
  };
}

/**
 * The time of a commit is read before its coordinator row is written. A row that is written late lands inside the
 * second though it is dated before the guard: its records may then be cut on both sides of it, with nothing in the
 * guard. So whatever is dated before the guard must be in the copy's coordinator. (Seen in a real write journal:
 * without this, 6 of 464 copies that were quiet under a clock bound of 0 were broken.)
 */
function lateWriteOf({ missingInCopy }: ProofEvidence): Obstacle | undefined {
  if (missingInCopy.count === 0) return undefined;
  return {
    reason: `${counted(missingInCopy)} dated before the guard, but the copy's coordinator does not have it: it was written late, or the coordinator is of an earlier time`,
  };
}

/** The second time that a transaction is carried out with the same id leaves no decision of its own. */
function againOf({ again }: ProofEvidence): Obstacle | undefined {
  if (again.count === 0) return undefined;
  return {
    reason: `${counted(again)} had committed before, was carried out again shortly before the second, and nothing says when that ended`,
  };
}

/** Commits whose coordinator rows are gone: as these, others may be that left no row at all. */
function cleanedUpOf(
  subject: Restored,
  { cleanedUp, missingLater, oldestKeptMs }: ProofEvidence,
  clocks: Clocks,
): Obstacle | undefined {
  if (missingLater.count > 0)
    return {
      reason: `${counted(missingLater)} was removed from the coordinator since: a clean-up was at work around this second`,
    };
  if (cleanedUp.count === 0) return undefined;
  const { fromMs } = guardOf(subject.atSecond, clocks, subject.lastSecond);
  const boundMs = 2 * clocks.scalarClockBoundMs;
  // A clean-up removes what is older than a boundary. Rows kept from before the guard show where it ended.
  const endedBefore =
    oldestKeptMs !== undefined &&
    oldestKeptMs < fromMs &&
    (cleanedUp.newestMs ?? 0) <= oldestKeptMs + boundMs;
  if (endedBefore) return undefined;
  return {
    reason: `${counted(cleanedUp)} has no coordinator row (a clean-up, or another coordinator), and it cannot be seen that this ended before the guard`,
  };
}
