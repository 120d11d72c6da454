import { expect, test } from "vitest";
import { judgeRecord } from "../../shared/settle/judge-record.ts";
import { timesOf } from "../../shared/settle/settling-times.ts";
import type { FoundRow, Standing, UndoneRecord } from "../../shared/settle/undone-record.ts";
import { settledAt } from "./settle-copy.ts";
import { BOUND_MS, KEPT_MS, SECOND } from "./small-ledger.ts";

const TIMES = timesOf(settledAt(SECOND));
const [PREPARED, DELETED, COMMITTED] = [1, 2, 3];

type Kept = Extract<Standing, { kind: "kept" }>;

function kept(transaction: string | null, atMs: number): Kept {
  return { kind: "kept", transaction, atMs };
}

const LONG_AGO = kept(null, Number.NEGATIVE_INFINITY);
const BEFORE = kept("before", TIMES.knownFromMs);
const SINCE = kept("since", TIMES.knownFromMs + 1);
const NEAR = kept("near", KEPT_MS - 1);
const LATE: Standing = { kind: "undone", transaction: "late" };
const OPEN: Standing = { kind: "open", transaction: "open" };

function rowOf(state: number, writer: Standing, under?: Standing): FoundRow {
  return { state, writer, under };
}

const LATE_ROW = rowOf(COMMITTED, LATE);
const OLD_ROW = rowOf(COMMITTED, LONG_AGO);
const NOTHING = { kind: "nothing" } as const;

function judged(record: Partial<UndoneRecord>) {
  const undoneBy = [{ transaction: "late", atMs: KEPT_MS + 1 }];
  const known = { undoneBy, keptBy: [], row: LATE_ROW, earlier: OLD_ROW, silent: undefined };
  return judgeRecord({ ...known, ...record }, TIMES);
}

function by(...writers: readonly Kept[]): UndoneRecord["keptBy"] {
  return writers.map(({ transaction, atMs }) => ({ transaction: transaction ?? "", atMs }));
}

test.each([
  ["its row is of long before", { row: rowOf(COMMITTED, SINCE) }],
  ["it was put in by the dropped one, and is still in doubt", { row: rowOf(PREPARED, LATE) }],
  ["what is under it in doubt is of long before", { row: rowOf(DELETED, LATE, SINCE) }],
  [
    "the decision of the dropped one came later than all that is kept",
    { row: rowOf(COMMITTED, NEAR), undoneBy: [{ transaction: "late", atMs: undefined }] },
  ],
])("a record is settled as any other where %s", (_, record) => {
  expect(judged(record)).toEqual({ kind: "as-it-is" });
});

test.each([
  ["committed long ago", OLD_ROW, NOTHING],
  ["committed by a kept one", rowOf(COMMITTED, BEFORE), NOTHING],
  [
    "prepared by a kept one",
    rowOf(PREPARED, BEFORE, LONG_AGO),
    { kind: "forward", committedMs: BEFORE.atMs },
  ],
  ["prepared over by the dropped one", rowOf(PREPARED, LATE, BEFORE), { kind: "back" }],
  ["deleted by the dropped one, in doubt", rowOf(DELETED, LATE, LONG_AGO), { kind: "back" }],
] as const)("an overwritten record comes back from an earlier copy that has it %s", (_, earlier, finish) => {
  expect(judged({ earlier })).toEqual({ kind: "earlier", finish });
  expect(judged({ earlier, row: undefined })).toEqual({ kind: "earlier", finish });
});

test.each([
  ["does not have it", "none"],
  ["has it prepared by the dropped one, over nothing", rowOf(PREPARED, LATE)],
  ["has it deleted by a kept one, in doubt", rowOf(DELETED, BEFORE, LONG_AGO)],
] as const)("a record goes again where the earlier copy %s", (_, earlier) => {
  expect(judged({ earlier })).toEqual({ kind: "gone" });
});

test("a row that was put in, over what another dropped one had deleted, is settled by the earlier copy", () => {
  const others = [
    { transaction: "late", atMs: KEPT_MS + 1 },
    { transaction: "later", atMs: KEPT_MS + 2 },
  ];
  const row = rowOf(PREPARED, LATE);
  expect(judged({ row, undoneBy: others })).toEqual({ kind: "earlier", finish: NOTHING });
});

test("a record comes back as the one kept transaction left it that wrote it since, where the earlier copy has that", () => {
  const keptBy = by(SINCE);
  expect(judged({ keptBy, earlier: rowOf(COMMITTED, SINCE) })).toEqual({ kind: "earlier", finish: NOTHING });
  expect(judged({ keptBy, earlier: rowOf(PREPARED, LATE, SINCE) })).toEqual({
    kind: "earlier",
    finish: { kind: "back" },
  });
  const after = kept("after", SINCE.atMs + 2 * BOUND_MS + 1);
  const earlier = rowOf(PREPARED, after, SINCE);
  const undoneBy = [{ transaction: "late", atMs: undefined }];
  expect(judged({ keptBy: by(SINCE, after), earlier, undoneBy })).toEqual({
    kind: "earlier",
    finish: { kind: "forward", committedMs: after.atMs },
  });
});

test.each([
  ["a kept transaction may have overwritten it", { row: rowOf(COMMITTED, NEAR) }, '"near"'],
  ["a kept one has, as its row in doubt says", { row: rowOf(PREPARED, SINCE, LATE) }, '"since"'],
  [
    "a kept one may have, of which no row is left",
    { keptBy: by(NEAR), earlier: rowOf(COMMITTED, NEAR) },
    '"near"',
  ],
  ["there is no earlier copy", { earlier: "unread" }, "no copy"],
  ["a kept transaction does not say what it wrote", { silent: "silent" }, '"silent"'],
  ["the earlier copy is older than the last that is kept", { keptBy: by(SINCE) }, '"since"'],
  ["a write set is silent of who wrote the earlier row", { earlier: rowOf(COMMITTED, SINCE) }, '"since"'],
  ["the earlier copy lacks what was written since", { keptBy: by(SINCE), earlier: "none" }, '"since"'],
  [
    "the earlier copy has it in doubt of nobody known",
    { earlier: rowOf(PREPARED, OPEN, LONG_AGO) },
    "in doubt",
  ],
  [
    "the earlier copy has it in doubt over what is dropped",
    { earlier: rowOf(PREPARED, LATE, LATE) },
    "in doubt",
  ],
  ["the earlier copy has it as the dropped one left it", { earlier: LATE_ROW }, "in doubt"],
  [
    "two that are kept wrote it within two bounds",
    {
      keptBy: by(SINCE, kept("twin", SINCE.atMs + 2 * BOUND_MS)),
      undoneBy: [{ transaction: "late", atMs: undefined }],
    },
    "last",
  ],
] as const)("a record is unresolved where %s", (_, record, told) => {
  const remedy = judged(record as Partial<UndoneRecord>);
  expect(remedy).toMatchObject({ kind: "unresolved", why: expect.stringContaining(told) });
});
