import { codeOf } from "../../shared/errors/stillpoint-error.ts";
import type { ErrorCode } from "../../shared/errors/table.ts";
import type { SettlementPage } from "../../shared/settle/settlement.ts";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import { type MemoryTables, sourceOf } from "../verify/fixture-source.ts";
import { applyPages } from "./apply.ts";
import { settleCopy, settledAt } from "./settle-copy.ts";
import { type Copy, copyAt, secondOf } from "./worlds/cut.ts";
import type { Kind } from "./worlds/kind.ts";
import { makeWorld } from "./worlds/make-world.ts";
import { brokenInCopy, isBrokenAtBirth } from "./worlds/raw-oracle.ts";
import { whyRefused } from "./worlds/refusals.ts";
import { brokenInSettled, lostInSettled } from "./worlds/settled-oracle.ts";
import type { World } from "./worlds/world.ts";

const COPIES = 12;

/** Copies tried, and what became of them. */
export interface SettleTally {
  copies: number;
  rawBroken: number;
  settled: number;
  broken: number;
  /** Broken, and found to be so by the verification of the settled copy. */
  brokenFound: number;
  changes: number;
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
    changes: 0,
    dropped: 0,
    refused: new Map(),
    breaches: [],
  };
}

/** Settles copies of a world at random seconds, and holds what comes of it against the world's truth. */
export async function attackSettling(kind: Kind, seed: string, tally: SettleTally): Promise<void> {
  const world = makeWorld(kind, seed);
  if (isBrokenAtBirth(world)) return;
  for (let copy = 0; copy < COPIES; copy += 1) await settleOne(world, copyAt(world, secondOf(world)), tally);
}

async function settleOne(world: World, copy: Copy, tally: SettleTally): Promise<void> {
  const clocks = clocksOf(world);
  const subject = settledAt(copy.atSecond, clocks);
  tally.copies += 1;
  tally.rawBroken += brokenInCopy(world, copy) === undefined ? 0 : 1;
  const outcome = await settleCopy({ sources: [sourceOf(copy.tables)], subject, clocks }).catch(codeOf);
  if (typeof outcome === "string") {
    tally.refused.set(outcome, (tally.refused.get(outcome) ?? 0) + 1);
    if (!outcome.startsWith("SETTLE_")) tally.breaches.push(`settling failed with ${outcome}`);
    return;
  }
  tally.settled += 1;
  tally.changes += outcome.settlement.changes;
  tally.dropped += outcome.settlement.dropped;
  tally.breaches.push(...whyRefused(world, copy).map((reason) => `settled, although ${reason}`));
  await judge(world, copy, outcome.pages, tally);
}

async function judge(
  world: World,
  copy: Copy,
  pages: readonly SettlementPage[],
  tally: SettleTally,
): Promise<void> {
  const clocks = clocksOf(world);
  const subject = settledAt(copy.atSecond, clocks);
  const tables = applyPages(copy.tables, pages);
  const settled = { world, copy, tables, keptUntilMs: subject.keptUntilMs };
  const broken = brokenInSettled(settled);
  const [again, report] = [await changesOf(tables, world, copy), await verify(tables, world, copy)];
  const { kind, reason } = report.proof;
  tally.broken += broken.length > 0 ? 1 : 0;
  tally.brokenFound += broken.length > 0 && kind === "disproven" ? 1 : 0;
  tally.breaches.push(...broken, ...lostInSettled(settled));
  if (broken.length === 0 && again !== 0) tally.breaches.push(`settling it again comes to ${again}`);
  if (broken.length === 0 && kind !== "proven")
    tally.breaches.push(`a whole settled copy is ${kind}: ${reason}; ${report.findings[0]?.text}`);
}

function clocksOf({ boundMs }: World) {
  return { scalarClockBoundMs: boundMs, databaseSkewMs: 0, transactionLifeMs: 60_000 };
}

async function changesOf(tables: MemoryTables, world: World, { atSecond }: Copy): Promise<number | ErrorCode> {
  const clocks = clocksOf(world);
  const subject = settledAt(atSecond, clocks);
  const outcome = await settleCopy({ sources: [sourceOf(tables)], subject, clocks }).catch(codeOf);
  return typeof outcome === "string" ? outcome : outcome.settlement.changes;
}

function verify(tables: MemoryTables, world: World, { atSecond }: Copy) {
  const clocks = clocksOf(world);
  return verifyCopy({ sources: [sourceOf(tables)], subject: settledAt(atSecond, clocks), clocks });
}
