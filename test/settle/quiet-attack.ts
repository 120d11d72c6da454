import { quietSeconds } from "../../shared/verify/quiet-seconds.ts";
import type { VerificationReport } from "../../shared/verify/report.ts";
import { earliestLaterSecond } from "../../shared/verify/subject.ts";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import { rowsOf, sourceOf } from "../verify/fixture-source.ts";
import { type Copy, copyAt, secondOf } from "./worlds/cut.ts";
import { brokenInCopy, isCoordinatorAhead } from "./worlds/raw-oracle.ts";
import { COMMITTED, STATE } from "./worlds/rows.ts";
import type { History } from "./worlds/store.ts";

const RAW_COPIES = 12;
const QUIET_COPIES = 8;

/** Copies tried, and what became of them. */
export interface QuietTally {
  readonly raw: Judged;
  readonly quiet: Judged;
  /** Sentences: each is a promise that was not kept. */
  readonly breaches: string[];
}

interface Judged {
  copies: number;
  broken: number;
  proven: number;
  brokenProven: number;
  /** What checks inside the copy found. */
  brokenDisproven: number;
  /** Broken and proven, where commits have left no trace at all: the proof says that it rests on there being none. */
  untraced: number;
}

const noneJudged = (): Judged => ({
  copies: 0,
  broken: 0,
  proven: 0,
  brokenProven: 0,
  brokenDisproven: 0,
  untraced: 0,
});

export function noneQuiet(): QuietTally {
  return { raw: noneJudged(), quiet: noneJudged(), breaches: [] };
}

/** Tries copies of a history at random seconds, and at those that its coordinator calls quiet. */
export async function attackQuiet(history: History, tally: QuietTally): Promise<void> {
  for (let copy = 0; copy < RAW_COPIES; copy += 1) {
    const second = secondOf(history);
    const later = copyAt(history, laterThan(history, second));
    await judge(history, { copy: copyAt(history, second), later }, tally.raw, tally.breaches);
  }
  const last = secondOf(history);
  const later = copyAt(history, laterThan(history, last));
  const asked = {
    fromSecond: Math.ceil(history.fromMs / 1000),
    toSecond: last,
    nearestSecond: last,
    guardMs: history.boundMs,
  };
  const commits = commitsOf(later);
  for (const { atSecond } of quietSeconds(asked, commits).candidates.slice(0, QUIET_COPIES)) {
    const near = commits.filter((ms) => isNear(ms, atSecond * 1000, history.boundMs));
    tally.breaches.push(...near.map((ms) => `${atSecond} is called quiet, with a commit at ${ms}`));
    await judge(history, { copy: copyAt(history, atSecond), later }, tally.quiet, tally.breaches);
  }
}

function isNear(ms: number, secondMs: number, guardMs: number): boolean {
  return ms >= secondMs - guardMs && ms <= secondMs + 1000 + guardMs;
}

function clocksOf({ boundMs }: History) {
  return { scalarClockBoundMs: boundMs, databaseSkewMs: 0, transactionLifeMs: 60_000 };
}

function laterThan(history: History, second: number): number {
  return earliestLaterSecond(second, clocksOf(history));
}

function commitsOf({ tables }: Copy): readonly number[] {
  const committed = rowsOf(tables, STATE).filter((row) => row["tx_state"] === COMMITTED);
  return committed.map((row) => Number(row["tx_created_at"]));
}

async function judge(
  history: History,
  { copy, later }: { readonly copy: Copy; readonly later: Copy },
  judged: Judged,
  breaches: string[],
): Promise<void> {
  const broken = brokenInCopy(history, copy);
  const { proof, findings } = await verify(history, copy, later);
  judged.copies += 1;
  judged.broken += broken === undefined ? 0 : 1;
  judged.proven += proof.kind === "proven" ? 1 : 0;
  if (broken === undefined) {
    // What nobody has torn may still be without what the coordinator calls committed, which write sets show.
    const isAhead = findings.every(({ check }) => check === "older-than-coordinator");
    if (isAhead && isCoordinatorAhead(history, copy)) return;
    // A second try with one nonce is rolled forward by whoever reads it before it has rolled itself back, and a decision
    // that was removed may have one in its place by now that means nothing.
    if (proof.kind === "disproven" && !hasSecondTries(history) && !hasUntraced(history))
      breaches.push(`a whole copy was disproven: ${proof.reason}; ${findings[0]?.text}`);
    return;
  }
  if (proof.kind === "disproven") judged.brokenDisproven += 1;
  if (proof.kind !== "proven") return;
  if (hasUntraced(history) && !showsUntraced(history, copy, later)) {
    judged.untraced += 1;
    return;
  }
  judged.brokenProven += 1;
  breaches.push(`a broken copy was proven: ${broken}`);
}

function verify(history: History, copy: Copy, later: Copy): Promise<VerificationReport> {
  return verifyCopy({
    sources: [sourceOf(copy.tables)],
    later: sourceOf(later.tables),
    subject: { kind: "restored", atSecond: copy.atSecond, later: { atSecond: later.atSecond } },
    clocks: clocksOf(history),
  });
}

function hasSecondTries({ attempts }: History): boolean {
  return new Set(attempts.map(({ id }) => id)).size < attempts.length;
}

/** Whether there ever were one-phase commits, or a clean-up. */
function hasUntraced(history: History): boolean {
  return history.attempts.some(({ id, decidedMs, writes }) => {
    const { versions } = history.decisionOf(id);
    return decidedMs !== undefined && writes.size > 0 && versions.at(-1)?.row?.["tx_state"] !== COMMITTED;
  });
}

/** Whether a row of these copies gives away that commits left no decision, or lost theirs. */
function showsUntraced(history: History, copy: Copy, later: Copy): boolean {
  const isDecided = (where: Copy, id: string) =>
    where.versions.get(history.decisionOf(id))?.row?.["tx_state"] === COMMITTED;
  return [...copy.versions].some(([{ table }, { row }]) => {
    if (row?.["tx_state"] !== COMMITTED) return false;
    const id = String(row["tx_id"]);
    return table === STATE ? !isDecided(later, id) : !isDecided(copy, id) && !isDecided(later, id);
  });
}
