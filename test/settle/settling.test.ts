import { expect, test } from "vitest";
import type { Change } from "../../shared/settle/change.ts";
import { changed, type MemoryTables, rowsOf, sourceOf } from "../verify/fixture-source.ts";
import { applyPages } from "./apply.ts";
import { settleCopy, settledAt } from "./settle-copy.ts";
import {
  CUT_MS,
  columnsOf,
  KEPT_MS,
  ledgerOf,
  OLD_MS,
  SECOND,
  TRACED_MS,
  type Written,
  withRow,
} from "./small-ledger.ts";

const LONG_AGO: Written = { transaction: "long-ago", atMs: CUT_MS - 3_600_000, assets: ["a/0", "b/0"] };
const RECENT: Written = { transaction: "recent", atMs: OLD_MS + 100, assets: ["a/1"] };
const LATE: Written = { transaction: "late", atMs: KEPT_MS + 1, assets: ["a/2", "b/1"] };

async function settled(...sources: readonly MemoryTables[]) {
  const copy = { sources: sources.map(sourceOf), subject: settledAt(SECOND) };
  const { settlement, pages } = await settleCopy(copy);
  return {
    settlement,
    pages,
    changes: pages.flatMap((page) => page.changes),
    dropped: pages.flatMap((page) => page.dropped),
  };
}

function told(changes: readonly Change[]): readonly string[] {
  return changes.map(
    ({ kind, table, key }) => `${kind} ${table.replace(/^prod_(scalar|coordinator)/, "")} ${key}`,
  );
}

test("a copy in which all is whole is left as it is", async () => {
  const { settlement } = await settled(ledgerOf([LONG_AGO, RECENT]));
  expect(settlement).toEqual({
    keptUntilMs: KEPT_MS,
    pages: 0,
    changes: 0,
    dropped: 0,
    inDoubt: 0,
    newestKeptMs: RECENT.atMs,
  });
});

test("what committed after the last instant that is kept is dropped, with its coordinator row", async () => {
  const { changes, dropped, settlement } = await settled(ledgerOf([LONG_AGO, RECENT, LATE]));
  expect(told(changes)).toEqual([
    'remove .state ["late"]',
    'remove .asset ["a",2]',
    'remove .asset ["b",1]',
    'metadata .asset_metadata ["a"]',
    'metadata .asset_metadata ["b"]',
  ]);
  expect(changes.filter(({ kind }) => kind === "metadata")).toMatchObject([
    { age: 1, transaction: "recent", preparedMs: RECENT.atMs - 40, committedMs: RECENT.atMs },
    { age: 0, transaction: "long-ago", committedMs: LONG_AGO.atMs, found: { transaction: "late", state: 3 } },
  ]);
  expect(dropped).toEqual([
    {
      transaction: "late",
      committedMs: LATE.atMs,
      why: "late",
      assets: { count: 2, named: ["default:a/2", "default:b/1"] },
      records: { count: 0, named: [] },
    },
  ]);
  expect(settlement).toMatchObject({ dropped: 1, inDoubt: 0, newestKeptMs: RECENT.atMs });
});

test("the last instant itself is kept", async () => {
  const { settlement } = await settled(ledgerOf([LONG_AGO, { ...RECENT, atMs: KEPT_MS }]));
  expect(settlement).toMatchObject({ changes: 0, dropped: 0 });
});

test("whoever read or followed on what is dropped is dropped, however early it is dated", async () => {
  const reader: Written = { transaction: "reader", atMs: KEPT_MS - 5, assets: ["c/0"], reads: ["b/1"] };
  const follower: Written = { transaction: "follower", atMs: KEPT_MS - 4, assets: ["c/1"] };
  const { dropped, changes } = await settled(ledgerOf([LONG_AGO, RECENT, LATE, reader, follower]));
  expect(dropped.map(({ transaction, why, on }) => [transaction, why, on])).toEqual([
    ["reader", "dependent", "default:b/1"],
    ["follower", "dependent", "default:c/0"],
    ["late", "late", undefined],
  ]);
  expect(told(changes)).toContain('remove .asset_metadata ["c"]');
  expect(told(changes)).toContain('remove .state ["follower"]');
});

test("rows in doubt of a decided transaction go forward, others of nobody go away", async () => {
  const decided: Written = { transaction: "decided", atMs: KEPT_MS - 50, assets: ["a/2"], stage: "decided" };
  const doubtful: Written = {
    transaction: "doubtful",
    atMs: KEPT_MS - 9,
    assets: ["b/1"],
    stage: "prepared",
  };
  const tables = ledgerOf([LONG_AGO, RECENT, decided, doubtful]);
  const { changes, dropped, settlement, pages } = await settled(tables);
  expect(changes).toMatchObject([
    {
      kind: "forward",
      key: '["a",2]',
      committedMs: decided.atMs,
      found: { transaction: "decided", state: 1 },
    },
    { kind: "remove", key: '["b",1]', found: { transaction: "doubtful", state: 1 } },
    { kind: "metadata", key: '["a"]', age: 2, transaction: "decided", committedMs: decided.atMs },
    { kind: "metadata", key: '["b"]', age: 0, transaction: "long-ago" },
  ]);
  expect(dropped).toMatchObject([{ transaction: "doubtful", committedMs: null, why: "in-doubt" }]);
  expect(settlement).toMatchObject({ dropped: 0, inDoubt: 1, newestKeptMs: decided.atMs });
  const after = applyPages(tables, pages);
  expect(rowsOf(after, "scalar.asset_metadata").map((row) => [row["latest_age"], row["tx_version"]])).toEqual(
    [
      [2, 3],
      [0, 1],
    ],
  );
  expect(Object.keys(rowsOf(after, "scalar.asset_metadata")[0] ?? {}).join()).not.toContain("before_");
  expect((await settled(after)).settlement.changes).toBe(0);
});

test("rows of a transaction that the coordinator aborted go away, and it is in no list", async () => {
  const aborted: Written = { transaction: "aborted", atMs: KEPT_MS - 50, assets: ["a/2"], stage: "aborted" };
  const tables = withRow(ledgerOf([LONG_AGO, RECENT, aborted]), "scalar.asset", ({ age }) => age === 2, {
    tx_state: 1,
  });
  const { changes, dropped, settlement } = await settled(tables);
  expect(told(changes)).toEqual(['remove .asset ["a",2]', 'metadata .asset_metadata ["a"]']);
  expect([dropped, settlement.inDoubt]).toEqual([[], 0]);
});

test("one committed row proves its transaction where the coordinator's row is cleaned up", async () => {
  const atMs = TRACED_MS - 1000;
  const half: Written = { transaction: "half", atMs, assets: ["a/1", "b/1"], stage: "gone" };
  const tables = withRow(
    ledgerOf([LONG_AGO, half]),
    "scalar.asset",
    ({ id, age }) => id === "a" && age === 1,
    {
      tx_state: 1,
      tx_committed_at: null,
    },
  );
  const { changes } = await settled(tables);
  expect(changes).toMatchObject([{ kind: "forward", key: '["a",1]', committedMs: atMs }]);
});

test.each([3_600_000, 0])(
  "one committed row of %i ms longer ago proves it too, and so does one under a row in doubt",
  async (longerMs) => {
    const atMs = TRACED_MS - 1000 - longerMs;
    const half: Written = { transaction: "half", atMs, assets: ["a/1", "b/1"], stage: "gone" };
    const inDoubt: Written = {
      transaction: "after",
      atMs: KEPT_MS + 5,
      assets: ["a/2", "b/2"],
      stage: "prepared",
    };
    const long = { ...LONG_AGO, atMs: LONG_AGO.atMs - 2 * longerMs };
    // Only the images under the metadata of "after" say that "half" had committed.
    const tables = withRow(
      ledgerOf([long, half, inDoubt]),
      "scalar.asset",
      (row) => row["tx_id"] === "half",
      {
        tx_state: 1,
        tx_committed_at: null,
      },
    );
    const { changes } = await settled(tables);
    expect(changes.filter(({ kind }) => kind === "forward")).toMatchObject([
      { key: '["a",1]', committedMs: atMs },
      { key: '["b",1]', committedMs: atMs },
    ]);
  },
);

test("an ABORTED row that a late reader left of a committed transaction drops nothing", async () => {
  const cleaned: Written = {
    transaction: "cleaned",
    atMs: TRACED_MS - 5,
    assets: ["a/1"],
    stage: "spurious",
  };
  expect((await settled(ledgerOf([LONG_AGO, cleaned]))).settlement).toMatchObject({ changes: 0, dropped: 0 });
});

test("an ABORTED row that a late reader left of a dropped transaction goes, so that a client can send it again", async () => {
  const late: Written = { ...LATE, stage: "spurious" };
  const { changes } = await settled(ledgerOf([LONG_AGO, RECENT, late]));
  expect(changes).toContainEqual(
    expect.objectContaining({ kind: "remove", key: '["late"]', found: { transaction: "late", state: 4 } }),
  );
});

test("a decision that left no row here is dropped as well", async () => {
  const { changes, dropped } = await settled(
    ledgerOf([LONG_AGO, { transaction: "read-only", atMs: KEPT_MS + 7 }]),
  );
  expect(told(changes)).toEqual(['remove .state ["read-only"]']);
  expect(dropped).toMatchObject([{ transaction: "read-only", why: "late", assets: { count: 0 } }]);
});

test("ages and inputs are those of their own ledger namespace", async () => {
  const elsewhere: Written = {
    transaction: "elsewhere",
    atMs: KEPT_MS - 70,
    assets: ["orders:b/0"],
    reads: ["a/1"],
  };
  const lost: Written = {
    transaction: "lost",
    atMs: KEPT_MS - 60,
    assets: ["orders:c/0"],
    reads: ["orders:a/1"],
  };
  const { dropped, changes } = await settled(
    ledgerOf([LONG_AGO, RECENT, elsewhere, lost], { namespaces: ["orders"] }),
  );
  expect(dropped).toMatchObject([{ transaction: "lost", why: "dependent", on: "orders:a/1" }]);
  expect(told(changes)).toEqual([
    'remove .state ["lost"]',
    'remove _orders.asset ["c",0]',
    'remove _orders.asset_metadata ["c"]',
  ]);
});

test("where records are read without asset_metadata, none is made", async () => {
  const { changes } = await settled(ledgerOf([LONG_AGO, RECENT, LATE], { direct: true }));
  expect(told(changes)).toEqual(['remove .state ["late"]', 'remove .asset ["a",2]', 'remove .asset ["b",1]']);
});

test("asset_metadata that somebody has lost long ago is made anew", async () => {
  const tables = changed(ledgerOf([LONG_AGO]), "scalar.asset_metadata", (rows) =>
    rows.filter((row) => row["asset_id"] !== "a"),
  );
  const { changes, pages } = await settled(tables);
  expect(changes).toMatchObject([{ kind: "metadata", age: 0, found: { transaction: "", state: null } }]);
  expect(rowsOf(applyPages(tables, pages), "scalar.asset_metadata")).toContainEqual(
    expect.objectContaining({ asset_id: "a", latest_age: 0, tx_id: "long-ago", tx_version: 1 }),
  );
});

test("changes name the database and the table that their row is in", async () => {
  const both = ledgerOf([LONG_AGO, RECENT, LATE]);
  const only = (some: (name: string) => boolean): MemoryTables => ({
    tables: both.tables.filter(({ table }) => some(table)),
    rows: both.rows,
  });
  const { changes } = await settled(
    only((name) => name !== "state"),
    only((name) => name === "state"),
  );
  expect(changes.map(({ database, table }) => `${database} ${table}`)).toEqual([
    "0 prod_scalar.asset",
    "0 prod_scalar.asset",
    "0 prod_scalar.asset_metadata",
    "0 prod_scalar.asset_metadata",
    "1 prod_coordinator.state",
  ]);
});

test("records in doubt go forward, go, or go back as their transaction does", async () => {
  const kept: Written = {
    transaction: "kept",
    atMs: KEPT_MS - 9,
    assets: ["c/0"],
    stage: "decided",
    functions: "f",
  };
  const doubtful: Written = { ...kept, transaction: "doubtful", assets: [], stage: "prepared" };
  const was = { ...columnsOf(LONG_AGO, 1), balance: 1 };
  const records = [
    { id: "forward", balance: 2, ...columnsOf(kept, 2, was) },
    { id: "gone", balance: 1, ...columnsOf(kept, 2, was), tx_state: 2 },
    { id: "back", balance: 2, ...columnsOf(doubtful, 2, was) },
    { id: "new", balance: 2, ...columnsOf(doubtful, 1) },
  ];
  const tables = changed(ledgerOf([LONG_AGO, kept], { records: true }), "app.account", () => records);
  const { changes, pages } = await settled(tables);
  expect(told(changes.filter(({ table }) => table === "prod_app.account"))).toEqual([
    'back prod_app.account ["back"]',
    'forward prod_app.account ["forward"]',
    'remove prod_app.account ["gone"]',
    'back prod_app.account ["new"]',
  ]);
  const after = rowsOf(applyPages(tables, pages), "app.account");
  expect(after.map(({ id, balance, tx_state, tx_id }) => [id, balance, tx_state, tx_id])).toEqual([
    ["forward", 2, 3, "kept"],
    ["back", 1, 3, "long-ago"],
  ]);
});

test("a long list is kept in pages that together hold all of it", async () => {
  const many = Array.from(
    { length: 500 },
    (_, number): Written => ({
      transaction: `late-${number}`,
      atMs: KEPT_MS + 1 + number,
      assets: [`x${number}/0`],
    }),
  );
  const { settlement, pages, changes, dropped } = await settled(ledgerOf([LONG_AGO, ...many]));
  expect(pages.every((page) => page.changes.length + page.dropped.length <= 400)).toBe(true);
  expect([settlement.pages, settlement.changes, changes.length, dropped.length]).toEqual([
    5, 1500, 1500, 500,
  ]);
});
