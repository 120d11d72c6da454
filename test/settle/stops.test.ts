import { expect, test } from "vitest";
import { changed, type MemoryTables, sourceOf } from "../verify/fixture-source.ts";
import { settleCopy, settledAt } from "./settle-copy.ts";
import {
  BOUND_MS,
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

async function settling(tables: MemoryTables): Promise<unknown> {
  return await settleCopy({ sources: [sourceOf(tables)], subject: settledAt(SECOND) }).then(
    ({ settlement }) => settlement,
    (error: unknown) => error,
  );
}

async function expectStop(tables: MemoryTables, code: string, ...words: readonly string[]): Promise<void> {
  const outcome = await settling(tables);
  expect(outcome).toMatchObject({ code });
  for (const word of [...words, "No row was changed"]) expect(String(outcome)).toContain(word);
}

const NOT_STOPPED = { keptUntilMs: KEPT_MS };

function isAsset(id: string, age: number) {
  return (row: Readonly<Record<string, unknown>>) => row["id"] === id && row["age"] === age;
}

test.each([
  ["a/2", OLD_MS],
  ["a/3", OLD_MS - 400_000],
  ["a/3", CUT_MS - 3_000_000],
] as const)("a transaction of long ago that lacks what it needs stops it: %s of %i", async (asset, atMs) => {
  const dated = [
    { ...LONG_AGO, atMs: CUT_MS - 7_200_000 },
    { transaction: "lacking", atMs, assets: [asset] },
  ];
  await expectStop(ledgerOf(dated), "SETTLE_OLD", '"lacking"', "that does not stand");
});

test("one of long ago that read what is not there stops it", async () => {
  const reader = { transaction: "reader", atMs: CUT_MS - 3_000_000, assets: ["c/0"], reads: ["a/1"] };
  await expectStop(ledgerOf([LONG_AGO, reader]), "SETTLE_OLD", '"reader"', "default:a/1");
});

test("one of long ago whose record is lost, but not its latest age, stops it", async () => {
  const tables = changed(ledgerOf([LONG_AGO]), "scalar.asset", (rows) =>
    rows.filter((row) => row["id"] !== "a"),
  );
  await expectStop(tables, "SETTLE_OLD", '"long-ago"', "default:a/0");
});

test("one that is a moment younger is dropped instead", async () => {
  const younger = { transaction: "younger", atMs: OLD_MS + 1, assets: ["a/2"] };
  expect(await settling(ledgerOf([LONG_AGO, younger]))).toMatchObject({ ...NOT_STOPPED, dropped: 1 });
});

test("a row prepared after its transaction had committed stops it, as a client leaves that tries again", async () => {
  const again = (afterMs: number) => {
    const once: Written = { transaction: "again", atMs: OLD_MS + 200, assets: ["a/2"] };
    const tables = ledgerOf([LONG_AGO, RECENT, once]);
    return withRow(tables, "scalar.asset", isAsset("a", 2), {
      tx_prepared_at: once.atMs + afterMs,
      tx_committed_at: once.atMs + afterMs,
    });
  };
  await expectStop(again(BOUND_MS + 1), "SETTLE_RETRIED", '"again"', "default:a/2");
  expect(await settling(again(BOUND_MS))).toMatchObject(NOT_STOPPED);
});

test("a transaction that committed again long after its rows stops it", async () => {
  const first: Written = { transaction: "again", atMs: CUT_MS - 3_000_000, assets: ["a/1"], stage: "gone" };
  const second: Written = { transaction: "again", atMs: OLD_MS + 50 };
  await expectStop(ledgerOf([LONG_AGO, first, second]), "SETTLE_RETRIED", '"again"', "long after");
});

test("two records of one asset under one transaction stop it", async () => {
  const twice: Written = { transaction: "twice", atMs: OLD_MS + 50, assets: ["a/2", "a/3"] };
  await expectStop(ledgerOf([LONG_AGO, RECENT, twice]), "SETTLE_RETRIED", '"twice"', "default:a/2");
});

test.each([
  ["a coordinator row", "coordinator.state", "tx_created_at"],
  ["a row", "scalar.asset", "tx_prepared_at"],
  ["a committed row", "scalar.asset", "tx_committed_at"],
])("%s dated after anything that the copies can hold stops it", async (_, table, column) => {
  const ofLate = (row: Readonly<Record<string, unknown>>) => row["tx_id"] === "late";
  const dated = (ms: number) => withRow(ledgerOf([LONG_AGO, RECENT, LATE]), table, ofLate, { [column]: ms });
  await expectStop(dated(CUT_MS + 1000 + BOUND_MS + 1), "SETTLE_CLOCKS", '"late"', "is dated after");
  const outcome = await settling(dated(CUT_MS + 1000 + BOUND_MS));
  expect(String(outcome)).not.toContain("SETTLE_CLOCKS");
});

test.each([
  ["a later age", { assets: ["a/2"] }],
  ["a reader", { assets: ["c/0"], reads: ["a/1"] }],
])("%s that is dated long before what it has read stops it", async (_, what) => {
  const dated = (backMs: number) =>
    ledgerOf([LONG_AGO, RECENT, { transaction: "back", atMs: RECENT.atMs + 40 - backMs, ...what }]);
  await expectStop(dated(2 * BOUND_MS + 1), "SETTLE_CLOCKS", '"back"', "default:a/1");
  expect(await settling(dated(2 * BOUND_MS))).toMatchObject(NOT_STOPPED);
});

test("an age that is dated an hour before the one that it follows on stops it", async () => {
  const dated = { transaction: "back", atMs: CUT_MS - 3_600_000 + 5, assets: ["a/2"] };
  await expectStop(ledgerOf([LONG_AGO, RECENT, dated]), "SETTLE_CLOCKS", '"back"', "default:a/1");
});

test("a record that stands without its latest age stops it: it was prepared too late for its time", async () => {
  const tables = withRow(
    ledgerOf([LONG_AGO, RECENT]),
    "scalar.asset_metadata",
    (row) => row["asset_id"] === "a",
    {
      latest_age: 0,
      tx_id: "long-ago",
      tx_prepared_at: LONG_AGO.atMs - 40,
      tx_committed_at: LONG_AGO.atMs,
    },
  );
  await expectStop(tables, "SETTLE_CLOCKS", '"recent"', "default:a/1");
});

test("one-phase commits stop it where they are near, and not where they are old", async () => {
  const onePhase = (atMs: number) => {
    const written: Written = { transaction: "one-phase", atMs, assets: ["c/0"], stage: "gone" };
    const tables = ledgerOf([LONG_AGO, written]);
    const atOnce = { tx_prepared_at: atMs };
    const of = (row: Readonly<Record<string, unknown>>) => row["tx_id"] === "one-phase";
    return withRow(withRow(tables, "scalar.asset", of, atOnce), "scalar.asset_metadata", of, atOnce);
  };
  await expectStop(onePhase(TRACED_MS + 1), "SETTLE_ONE_PHASE", '"one-phase"');
  await expectStop(onePhase(KEPT_MS + 1), "SETTLE_ONE_PHASE", '"one-phase"');
  expect(await settling(onePhase(TRACED_MS))).toMatchObject(NOT_STOPPED);
});

test.each(["gone", "spurious"] as const)(
  "a committed row near the second without a coordinator row that says so stops it (%s)",
  async (stage) => {
    const purged = (atMs: number) =>
      ledgerOf([LONG_AGO, { transaction: "purged", atMs, assets: ["a/1"], stage }]);
    await expectStop(purged(TRACED_MS + 1), "SETTLE_PURGED", '"purged"');
    await expectStop(purged(KEPT_MS), "SETTLE_PURGED", '"purged"');
    expect(await settling(purged(TRACED_MS))).toMatchObject({ ...NOT_STOPPED, dropped: 0 });
    // Later than what is kept, the coordinator may simply have been cut before its row came.
    expect(await settling(purged(KEPT_MS + 1))).toMatchObject({ ...NOT_STOPPED, dropped: 1 });
  },
);

test("a record of an asset that overwrites another stops it", async () => {
  const over: Written = { transaction: "over", atMs: OLD_MS + 50, assets: ["a/1"], stage: "prepared" };
  const tables = withRow(ledgerOf([LONG_AGO, over]), "scalar.asset", isAsset("a", 1), {
    before_tx_id: "recent",
  });
  await expectStop(tables, "COPY_DISPROVEN", '"over"', "default:a/1");
});

test("group commits stop it where they are near, and decide their children where they are old", async () => {
  const grouped = (atMs: number) => {
    const child: Written = { transaction: "parent$child", atMs, assets: ["a/1"], stage: "prepared" };
    const parent = { tx_id: "parent", tx_state: 3, tx_created_at: atMs, tx_child_ids: "other,child" };
    return changed(ledgerOf([LONG_AGO, child]), "coordinator.state", (rows) => [...rows, parent]);
  };
  await expectStop(grouped(OLD_MS + 1), "SETTLE_GROUP_COMMIT", "parent$");
  expect(await settling(grouped(OLD_MS))).toMatchObject({ ...NOT_STOPPED, changes: 2, inDoubt: 0 });
});

test("a committed record of a dropped transaction stops it, and so does one that lies under a row in doubt", async () => {
  const calm = { transaction: "calm", atMs: OLD_MS - 30_000, assets: ["b/1"] };
  const late: Written = { transaction: "late", atMs: KEPT_MS + 9, assets: ["b/2"], functions: "mirror" };
  const doubtful: Written = { transaction: "doubtful", atMs: KEPT_MS + 90, stage: "prepared" };
  const overwritten = { id: "alice", ...columnsOf(late, 2) };
  const records = (row: typeof overwritten) =>
    changed(ledgerOf([LONG_AGO, calm, late], { records: true }), "app.account", () => [row]);
  // Nearer ones are quiet too; this one has an ample margin.
  const nearest = "is 2027-01-15T07:59:51Z";
  await expectStop(records(overwritten), "SETTLE_UNRESOLVED", '"late"', "app.account:alice", nearest);
  const image = { id: "alice", ...columnsOf(doubtful, 3, overwritten) };
  await expectStop(records(image), "SETTLE_UNRESOLVED", '"late"', "app.account:alice");
});

test("a dropped transaction that may have deleted a record stops it, though it leaves nothing to see", async () => {
  const late = (functions: string): Written => ({ ...LATE, functions });
  const records = { records: true };
  await expectStop(
    ledgerOf([LONG_AGO, RECENT, late("mirror")], records),
    "SETTLE_UNRESOLVED",
    '"late"',
    "deleted",
  );
  const decided: Written = { transaction: "decided", atMs: KEPT_MS + 1 };
  await expectStop(ledgerOf([LONG_AGO, decided], records), "SETTLE_UNRESOLVED", '"decided"');
  expect(await settling(ledgerOf([LONG_AGO, RECENT, late("")], records))).toMatchObject({
    ...NOT_STOPPED,
    dropped: 1,
  });
});

test("one that only the coordinator of a later second knows may have deleted a record without a trace", async () => {
  const ledger = [LONG_AGO, RECENT];
  const copy = ledgerOf(ledger, { records: true });
  const outcome = async (unseen: Written, tables = copy) => {
    const later = sourceOf(ledgerOf([...ledger, unseen], { records: true }));
    const asked = { sources: [sourceOf(tables)], later, subject: settledAt(SECOND) };
    return settleCopy(asked).then(
      ({ settlement }) => settlement,
      (error: unknown) => error,
    );
  };
  const latestMs = CUT_MS + 1000 + BOUND_MS;
  for (const atMs of [OLD_MS - 1000, KEPT_MS, CUT_MS + 500, latestMs]) {
    const stopped = await outcome({ transaction: "deleter", atMs });
    expect(stopped).toMatchObject({ code: "SETTLE_UNRESOLVED" });
    expect(String(stopped)).toContain('"deleter"');
  }
  expect(await outcome({ transaction: "after", atMs: latestMs + 1 })).toMatchObject(NOT_STOPPED);
  // Where nothing can be deleted, nobody need know of it.
  const plain = ledgerOf(ledger);
  expect(await outcome({ transaction: "reader", atMs: CUT_MS }, plain)).toMatchObject(NOT_STOPPED);
});

test("records that can change are not settled without the coordinator of a later second", async () => {
  const { tables, rows } = ledgerOf([LONG_AGO], { records: true });
  const later = { tables: [], scan: sourceOf({ tables, rows }).scan };
  const asked = { sources: [sourceOf({ tables, rows })], later, subject: settledAt(SECOND) };
  await expect(settleCopy(asked)).rejects.toMatchObject({ code: "SETTLE_REFUSED" });
});

test("five of many are told, with their number", async () => {
  const many = Array.from(
    { length: 9 },
    (_, number): Written => ({ ...LATE, transaction: `t${number}`, assets: [], atMs: CUT_MS + 9000 }),
  );
  const outcome = String(await settling(ledgerOf([LONG_AGO, ...many])));
  expect(outcome.match(/transaction "t\d"/g)).toHaveLength(5);
  expect(outcome).toContain("and 4 more");
});

test("tables that say nothing of transactions, or have no coordinator or two, are refused", async () => {
  const { tables, rows } = ledgerOf([LONG_AGO]);
  const [coordinator] = tables;
  const refused = [
    tables.filter(({ role }) => role !== "coordinator"),
    [...tables, ...(coordinator === undefined ? [] : [coordinator])],
    tables.map((table) => ({ ...table, transactional: false })),
  ];
  for (const some of refused) await expectStop({ tables: some, rows }, "SETTLE_REFUSED");
});
