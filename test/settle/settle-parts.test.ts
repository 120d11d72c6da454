import * as fc from "fast-check";
import { expect, test } from "vitest";
import { scanToSettle } from "../../shared/settle/scan-to-settle.ts";
import { settleParts } from "../../shared/settle/settle-parts.ts";
import type { Settlement, SettlementPage } from "../../shared/settle/settlement.ts";
import type { ScannedSegment } from "../../shared/verify/part.ts";
import { scanInput } from "../../shared/verify/scan-input.ts";
import type { Scope } from "../../shared/verify/scope.ts";
import { planSegments } from "../../shared/verify/segments.ts";
import type { Workroom } from "../../shared/verify/workroom.ts";
import { MemoryParts, roomOf, scopeOf, scratchFolder } from "../verify/cut-verification.ts";
import { loadFixture, type MemoryTables } from "../verify/fixture-source.ts";
import { settledAt } from "./settle-copy.ts";
import { KEPT_MS, ledgerOf, OLD_MS, SECOND, type Written } from "./small-ledger.ts";

/** Ages of long ago and lately, some of them in doubt, in an order of their own. */
const LEDGER: readonly Written[] = [
  ...Array.from({ length: 9 }, (_, age) => ({
    transaction: `old-${age}`,
    atMs: OLD_MS - 5e6 + age * 1000,
    assets: [`a/${age}`, `b/${age}`],
  })),
  { transaction: "near", atMs: OLD_MS + 100, assets: ["a/9", "c/0"], reads: ["b/8"] },
  { transaction: "decided", atMs: KEPT_MS - 100, assets: ["b/9"], stage: "decided" },
  { transaction: "late", atMs: KEPT_MS + 100, assets: ["a/10"] },
  { transaction: "reader", atMs: KEPT_MS - 50, assets: ["d/0"], reads: ["a/10"] },
  { transaction: "doubtful", atMs: KEPT_MS - 20, assets: ["c/1"], stage: "prepared" },
];

interface Settling {
  readonly settlement: Settlement;
  readonly pages: readonly SettlementPage[];
}

function cutting(tables: MemoryTables, atSecond: number, segmentsOf: (table: string) => number) {
  return { tables, later: tables, subject: settledAt(atSecond), segmentsOf };
}

async function scanAll(room: Workroom, scope: Scope): Promise<readonly ScannedSegment[]> {
  const scanned: ScannedSegment[] = [];
  for (const segment of planSegments(scope).flat()) {
    const { keys: _, ...input } = scanInput(scope, segment, []);
    scanned.push({ ...segment, part: await scanToSettle(room, input) });
  }
  return scanned;
}

async function settling(room: Workroom, scope: Scope, scanned: readonly ScannedSegment[]): Promise<Settling> {
  const pages: SettlementPage[] = [];
  const keepPage = async (page: number, content: SettlementPage) => {
    // Whoever keeps it is elsewhere.
    await new Promise(setImmediate);
    pages[page] = content;
  };
  return { settlement: await settleParts({ ...room, keepPage }, { scope, scanned }), pages };
}

async function settledIn(
  tables: MemoryTables,
  atSecond: number,
  segmentsOf: (table: string) => number,
): Promise<Settling> {
  using folder = scratchFolder();
  const cut = cutting(tables, atSecond, segmentsOf);
  const room = roomOf(cut, new MemoryParts(), folder.path);
  const scope = scopeOf(cut);
  return await settling(room, scope, await scanAll(room, scope));
}

test("tables cut in any way are settled to the same pages", async () => {
  const tables = ledgerOf(LEDGER);
  const whole = await settledIn(tables, SECOND, () => 1);
  expect(whole.settlement).toMatchObject({ dropped: 2, inDoubt: 1, changes: 10 });
  const cuts = fc.asyncProperty(
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }),
    async (counts) => {
      const segmentsOf = (name: string) =>
        counts[["coordinator.state", "scalar.asset"].indexOf(name) + 1] ?? 1;
      expect(await settledIn(tables, SECOND, segmentsOf)).toEqual(whole);
    },
  );
  await fc.assert(cuts, { numRuns: 12 });
});

test("so is a real copy", async () => {
  const indoubt = loadFixture("indoubt.jsonl", "prod_");
  const whole = await settledIn(indoubt, 1_795_346_935, () => 1);
  expect(whole.settlement.changes).toBe(18);
  expect(await settledIn(indoubt, 1_795_346_935, () => 5)).toEqual(whole);
});

test("parts that are gone or damaged are read again", async () => {
  using folder = scratchFolder();
  const cut = cutting(ledgerOf(LEDGER), SECOND, () => 2);
  const parts = new MemoryParts();
  const room = roomOf(cut, parts, folder.path);
  const scope = scopeOf(cut);
  const scanned = await scanAll(room, scope);
  const whole = await settling(room, scope, scanned);
  [...parts.kept.keys()].forEach((name, index) => {
    if (index % 3 === 0) parts.kept.delete(name);
    if (index % 3 === 1) parts.kept.set(name, new Uint8Array(10));
  });
  expect(await settling(room, scope, scanned)).toEqual(whole);
});

test("where it must stop, no page is kept", async () => {
  using folder = scratchFolder();
  const lacking = { transaction: "lacking", atMs: OLD_MS - 5, assets: ["e/1"] };
  const cut = cutting(ledgerOf([...LEDGER, lacking]), SECOND, () => 1);
  const room = roomOf(cut, new MemoryParts(), folder.path);
  const scope = scopeOf(cut);
  const scanned = await scanAll(room, scope);
  const keepPage = () => Promise.reject(new Error("a page was kept"));
  await expect(settleParts({ ...room, keepPage }, { scope, scanned })).rejects.toMatchObject({
    code: "SETTLE_OLD",
  });
});
