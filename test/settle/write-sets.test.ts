import * as fc from "fast-check";
import { expect, test } from "vitest";
import { scanToSettle } from "../../shared/settle/scan-to-settle.ts";
import { settleParts } from "../../shared/settle/settle-parts.ts";
import type { SettlementPage } from "../../shared/settle/settlement.ts";
import type { ScannedSegment } from "../../shared/verify/part.ts";
import type { Row } from "../../shared/verify/row-source.ts";
import { scanInput } from "../../shared/verify/scan-input.ts";
import type { Scope } from "../../shared/verify/scope.ts";
import { planSegments, SEGMENT_BYTES } from "../../shared/verify/segments.ts";
import { DEFAULT_CLOCKS } from "../../shared/verify/subject.ts";
import { DEFAULT_NAMESPACES } from "../../shared/verify/table-role.ts";
import { chanceOf } from "../../simulator/chance.ts";
import { MemoryParts, scratchFolder } from "../verify/cut-verification.ts";
import { changed, type MemoryTables, rowsOf, sourceOf } from "../verify/fixture-source.ts";
import { applyPages } from "./apply.ts";
import { settleCopy, settledAt } from "./settle-copy.ts";
import { columnsOf, KEPT_MS, ledgerOf, OLD_MS, SECOND, type Written } from "./small-ledger.ts";
import { encodeWriteSet } from "./worlds/encode-write-set.ts";

const ACCOUNT = "app.account";
const FUNCTION = { functions: "mirror" };
const LONG_AGO: Written = { transaction: "long-ago", atMs: OLD_MS - 3_600_000, assets: ["a/0"] };
const SINCE: Written = { transaction: "since", atMs: OLD_MS - 20_000, assets: ["a/1"], ...FUNCTION };
const LATE: Written = { transaction: "late", atMs: KEPT_MS + 1, assets: ["a/2"], ...FUNCTION };

/** What each wrote of the records. */
const RECORDS: Readonly<Record<string, readonly string[]>> = {
  "long-ago": ["alice", "bob", "carol"],
  since: ["carol"],
  late: ["alice", "bob", "dora"],
};

function account(id: string, written: Written, version: number): Row {
  return { id, balance: version, ...columnsOf(written, version) };
}

/** The decisions say what was written, unless their transaction is among the silent. */
function logged(tables: MemoryTables, silent: readonly string[]): MemoryTables {
  return changed(tables, "coordinator.state", (rows) =>
    rows.map((row) => {
      const id = String(row["tx_id"]);
      const items = (RECORDS[id] ?? []).map((key) => ({ table: ACCOUNT, key: { id: key }, versions: [] }));
      return silent.includes(id) ? row : { ...row, tx_write_set: encodeWriteSet(items, chanceOf(id)) };
    }),
  );
}

function tablesOf(written: readonly Written[], accounts: readonly Row[], silent: readonly string[] = []) {
  const tables = changed(ledgerOf(written, { records: true }), ACCOUNT, () => accounts);
  return logged(tables, silent);
}

const OLD_ALICE = account("alice", LONG_AGO, 1);
const OLD_BOB = account("bob", LONG_AGO, 1);
const CAROL = account("carol", SINCE, 2);
/** `late` has overwritten alice, deleted bob, and put in dora. */
const COPIED = [account("alice", LATE, 2), CAROL, account("dora", LATE, 1)];

function recordsOf(accounts: readonly Row[]): MemoryTables {
  const { tables } = tablesOf([], []);
  const records = tables.filter(({ role }) => role === "record");
  const named = records.map((schema) => ({ ...schema, physical: "earlier-account" }));
  return { tables: named, rows: new Map([[ACCOUNT, [...accounts]]]) };
}

const EARLIER = recordsOf([OLD_ALICE, OLD_BOB, CAROL]);

async function settling(silent: readonly string[] = [], earlier: MemoryTables | undefined = EARLIER) {
  const copy = tablesOf([LONG_AGO, SINCE, LATE], COPIED, silent);
  const asked = { sources: [sourceOf(copy)], subject: settledAt(SECOND) };
  const { pages } = await settleCopy(
    earlier === undefined ? asked : { ...asked, earlier: sourceOf(earlier) },
  );
  return { pages, tables: applyPages(copy, pages, earlier) };
}

test("records that a dropped transaction has overwritten, deleted and put in are as they were before", async () => {
  const { pages, tables } = await settling();
  const changes = pages.flatMap((page) => page.changes).filter(({ table }) => table.endsWith("account"));
  expect(changes.map(({ kind, key, found }) => [kind, key, found.transaction])).toEqual([
    ["earlier", '["alice"]', "late"],
    ["earlier", '["bob"]', ""],
    ["remove", '["dora"]', "late"],
  ]);
  const balances = rowsOf(tables, ACCOUNT).map(({ id, tx_id }) => `${id} of ${tx_id}`);
  expect(balances.toSorted()).toEqual(["alice of long-ago", "bob of long-ago", "carol of since"]);
  const [dropped] = pages.flatMap((page) => page.dropped);
  const named = ["app.account:alice", "app.account:bob", "app.account:dora"];
  expect(dropped).toMatchObject({ transaction: "late", records: { count: 3, named } });
});

test.each([
  ["the dropped transaction does not say what it wrote", ["late"], "does not say what it was before"],
  ["no transaction does", ["long-ago", "since", "late"], "does not say what it was before"],
])("it stops as before where %s", async (_, silent, told) => {
  await expect(settling(silent)).rejects.toMatchObject({
    code: "SETTLE_UNRESOLVED",
    message: expect.stringContaining(told),
  });
});

test("it stops where no copy of an earlier second was read", async () => {
  const none: MemoryTables = { tables: [], rows: new Map() };
  await expect(settling([], none)).rejects.toMatchObject({
    code: "SETTLE_UNRESOLVED",
    message: expect.stringContaining('record "app.account:alice" was written by "late", which is dropped'),
  });
});

/** One that only the coordinator of the later second knows, beside whatever else there is. */
async function beside(near: Written, wrote: readonly string[]) {
  const unseen: Written = { transaction: "unseen", atMs: KEPT_MS + 1 };
  const records = { ...RECORDS, unseen: ["bob"], [near.transaction]: wrote };
  const copy = tablesOf([LONG_AGO, SINCE, near], [OLD_ALICE, CAROL]);
  const decided = (all: readonly Written[]) =>
    changed(tablesOf(all, []), "coordinator.state", (rows) =>
      rows.map((row) => {
        const items = (records[String(row["tx_id"])] ?? []).map((id) => ({
          table: ACCOUNT,
          key: { id },
          versions: [],
        }));
        return { ...row, tx_write_set: encodeWriteSet(items, chanceOf("x")) };
      }),
    );
  const all = [LONG_AGO, SINCE, near, unseen];
  // The decision was cut after the rows of others: clocks alone tell who came first.
  const decidedCopy = changed(copy, "coordinator.state", () => rowsOf(decided(all), "coordinator.state"));
  return settleCopy({
    sources: [sourceOf(decidedCopy)],
    later: sourceOf(decided(all)),
    earlier: sourceOf(EARLIER),
    subject: settledAt(SECOND),
  });
}

test("a kept transaction that may have read what a dropped one left stops it, unless its date or its function forbids", async () => {
  const bound = KEPT_MS - OLD_MS - 1000;
  const near = (atMs: number, functions: string): Written => ({
    transaction: "near",
    atMs,
    assets: ["b/0"],
    functions,
  });
  await expect(beside(near(KEPT_MS, "mirror"), ["erin"])).rejects.toMatchObject({
    code: "SETTLE_UNRESOLVED",
    message: expect.stringMatching(/"near".*may have read "app.account:bob"/),
  });
  const { settlement } = await beside(near(KEPT_MS, ""), []);
  expect(settlement.keptUntilMs).toBe(KEPT_MS);
  const longer = await beside(near(KEPT_MS - 2 * bound, "mirror"), ["erin"]);
  expect(longer.settlement.keptUntilMs).toBe(KEPT_MS);
});

test("a row that its transaction's write set does not name stops it", async () => {
  const copy = tablesOf([LONG_AGO, SINCE, LATE], [...COPIED, account("erin", LATE, 1)]);
  const asked = { sources: [sourceOf(copy)], earlier: sourceOf(EARLIER), subject: settledAt(SECOND) };
  await expect(settleCopy(asked)).rejects.toMatchObject({
    code: "SETTLE_UNRESOLVED",
    message: expect.stringContaining("app.account:erin"),
  });
});

test("copies cut in any way are settled to the same pages", async () => {
  const whole = (await settling()).pages;
  const counts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 9, maxLength: 9 });
  const cuts = fc.asyncProperty(counts, async (some) => {
    expect(await settledInParts(some)).toEqual(whole);
  });
  await fc.assert(cuts, { numRuns: 5 });
});

async function settledInParts(segments: readonly number[]): Promise<readonly SettlementPage[]> {
  using folder = scratchFolder();
  const copy = tablesOf([LONG_AGO, SINCE, LATE], COPIED);
  const sources = { copy: sourceOf(copy), later: sourceOf(copy), earlier: sourceOf(EARLIER) };
  const tables = [
    ...copy.tables.map((schema) => ({ schema, as: "copy" as const })),
    ...copy.tables
      .filter(({ role }) => role === "coordinator")
      .map((schema) => ({ schema, as: "later" as const })),
    ...EARLIER.tables.map((schema) => ({ schema, as: "earlier" as const })),
  ];
  const scope: Scope = {
    run: "run",
    subject: settledAt(SECOND),
    clocks: DEFAULT_CLOCKS,
    namespaces: DEFAULT_NAMESPACES,
    tables: tables.map((table, place) => ({
      ...table,
      database: "0",
      bytes: (segments[place] ?? 1) * SEGMENT_BYTES,
    })),
  };
  const pages: SettlementPage[] = [];
  const room = {
    parts: new MemoryParts(),
    scratchDir: folder.path,
    read: ({ schema, as }: Scope["tables"][number], segment: number, of: number) =>
      sources[as].scan(schema, segment, of),
    keepPage: async (page: number, content: SettlementPage) => void pages.splice(page, 1, content),
  };
  const scanned: ScannedSegment[] = [];
  for (const segment of planSegments(scope).flat()) {
    const { keys: _, ...input } = scanInput(scope, segment, []);
    scanned.push({ ...segment, part: await scanToSettle(room, input) });
  }
  await settleParts(room, { scope, scanned });
  return pages;
}
