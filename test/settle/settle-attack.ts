import { codeOf } from "../../shared/errors/stillpoint-error.ts";
import type { ErrorCode } from "../../shared/errors/table.ts";
import { earlierSecondOf, earliestLaterSecond } from "../../shared/verify/subject.ts";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import { type MemoryTables, sourceOf } from "../verify/fixture-source.ts";
import { applyPages } from "./apply.ts";
import { settleCopy, settledAt } from "./settle-copy.ts";
import { type Copy, copyAt, secondOf } from "./worlds/cut.ts";
import { brokenInCopy } from "./worlds/raw-oracle.ts";
import { whyRefused } from "./worlds/refusals.ts";
import { brokenInSettled, lostInSettled } from "./worlds/settled-oracle.ts";
import type { History } from "./worlds/store.ts";

const COPIES = 12;
const REFUSALS = /^SETTLE_|^COPY_DISPROVEN$/;

/** Copies tried, and what became of them. */
export interface SettleTally {
  copies: number;
  rawBroken: number;
  settled: number;
  broken: number;
  /** Broken, and found to be so by the verification of the settled copy. */
  brokenFound: number;
  /** Whole or not, without something that committed before C - 2B. */
  losing: number;
  changes: number;
  /** Records that came back from an earlier copy. */
  mended: number;
  dropped: number;
  readonly refused: Map<ErrorCode, number>;
  /** Sentences: each is a promise that was not kept. */
  readonly breaches: string[];
}

export function noneSettled(): SettleTally {
  return {
    copies: 0,
    rawBroken: 0,
    settled: 0,
    broken: 0,
    brokenFound: 0,
    losing: 0,
    changes: 0,
    mended: 0,
    dropped: 0,
    refused: new Map(),
    breaches: [],
  };
}

/** What an application itself would find wrong with its tables. */
export type Complaints = (tables: MemoryTables) => readonly string[];

/** Settles copies of a history at random seconds, and holds what comes of it against the truth. */
export async function attackSettling(
  history: History,
  tally: SettleTally,
  complaintsOf: Complaints = () => [],
): Promise<void> {
  for (let copy = 0; copy < COPIES; copy += 1)
    await settleOne(history, copyAt(history, secondOf(history)), tally, complaintsOf);
}

async function settleOne(
  history: History,
  copy: Copy,
  tally: SettleTally,
  complaintsOf: Complaints,
): Promise<void> {
  const clocks = clocksOf(history);
  const subject = settledAt(copy.atSecond, clocks);
  tally.copies += 1;
  tally.rawBroken += brokenInCopy(history, copy) === undefined ? 0 : 1;
  const sources = [sourceOf(copy.tables)];
  const earlier = earlierOf(history, copy);
  const asked = { sources, later: laterOf(history, copy), subject, clocks };
  const outcome = await settleCopy(
    earlier === undefined ? asked : { ...asked, earlier: sourceOf(earlier) },
  ).catch(codeOf);
  if (typeof outcome === "string") {
    tally.refused.set(outcome, (tally.refused.get(outcome) ?? 0) + 1);
    if (!REFUSALS.test(outcome)) tally.breaches.push(`settling failed with ${outcome}`);
    if (outcome === "SETTLE_OLD") tally.breaches.push("a sound copy was refused as too old");
    return;
  }
  tally.settled += 1;
  tally.changes += outcome.settlement.changes;
  tally.dropped += outcome.settlement.dropped;
  tally.breaches.push(...whyRefused(history, copy).map((reason) => `settled, although ${reason}`));
  tally.mended += outcome.pages.flatMap(({ changes }) =>
    changes.filter(({ kind }) => kind === "earlier"),
  ).length;
  const settled = applyPages(copy.tables, outcome.pages, earlier);
  await judge(history, copy, settled, tally);
  tally.breaches.push(...complaintsOf(settled));
}

async function judge(history: History, copy: Copy, tables: MemoryTables, tally: SettleTally): Promise<void> {
  const clocks = clocksOf(history);
  const subject = settledAt(copy.atSecond, clocks);
  const settled = { history, copy, tables, keptUntilMs: subject.keptUntilMs };
  const broken = brokenInSettled(settled);
  const [again, report] = [await changesOf(tables, history, copy), await verify(tables, history, copy)];
  const { kind, reason } = report.proof;
  tally.broken += broken.length > 0 ? 1 : 0;
  tally.brokenFound += broken.length > 0 && kind === "disproven" ? 1 : 0;
  const lost = lostInSettled(settled);
  tally.losing += lost.length > 0 ? 1 : 0;
  tally.breaches.push(...broken, ...lost);
  if (broken.length === 0 && again !== 0) tally.breaches.push(`settling it again comes to ${again}`);
  if (broken.length === 0 && kind !== "proven")
    tally.breaches.push(`a whole settled copy is ${kind}: ${reason}; ${report.findings[0]?.text}`);
}

/** The coordinator, when all that may be in the copy was decided. */
function laterOf(history: History, { atSecond }: Copy) {
  return sourceOf(copyAt(history, earliestLaterSecond(atSecond, clocksOf(history))).tables);
}

/** Its tables that change in place, at an earlier second, where write sets may ask for it. */
function earlierOf(history: History, { atSecond }: Copy): MemoryTables | undefined {
  if (!history.logsWriteSets) return undefined;
  const { tables, rows } = copyAt(history, earlierSecondOf(settledAt(atSecond, clocksOf(history)))).tables;
  const records = tables.filter(({ role }) => role === "record");
  return { tables: records.map((schema) => ({ ...schema, physical: `${schema.physical}-earlier` })), rows };
}

function clocksOf({ boundMs }: History) {
  return { scalarClockBoundMs: boundMs, databaseSkewMs: 0, transactionLifeMs: 60_000 };
}

async function changesOf(tables: MemoryTables, history: History, copy: Copy): Promise<number | ErrorCode> {
  const clocks = clocksOf(history);
  const subject = settledAt(copy.atSecond, clocks);
  const outcome = await settleCopy({ sources: [sourceOf(tables)], subject, clocks }).catch(codeOf);
  return typeof outcome === "string" ? outcome : outcome.settlement.changes;
}

function verify(tables: MemoryTables, history: History, { atSecond }: Copy) {
  const clocks = clocksOf(history);
  return verifyCopy({ sources: [sourceOf(tables)], subject: settledAt(atSecond, clocks), clocks });
}
