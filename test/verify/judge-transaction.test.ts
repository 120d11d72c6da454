import * as fc from "fast-check";
import { expect, test } from "vitest";
import { judgeCoordinatorRow } from "../../shared/verify/coordinator-row.ts";
import { judgeRow } from "../../shared/verify/judge-row.ts";
import { goesForward, judgeTransaction } from "../../shared/verify/judge-transaction.ts";
import { Scratch } from "../../shared/verify/scratch.ts";
import {
  ABORTED,
  COMMITTED,
  DELETED,
  PREPARED,
  type TransactionRow,
} from "../../shared/verify/transaction-row.ts";
import { TransactionSpill } from "../../shared/verify/transaction-spill.ts";

const NO_LIMITS = { newestMs: Number.POSITIVE_INFINITY, paused: undefined };
const NO_IMAGE = {
  transaction: undefined,
  state: undefined,
  version: undefined,
  preparedMs: undefined,
  committedMs: undefined,
};

function row(parts: Partial<TransactionRow>): TransactionRow {
  return {
    transaction: "x",
    key: "a",
    state: COMMITTED,
    version: 1,
    preparedMs: 10,
    committedMs: 20,
    before: NO_IMAGE,
    ...parts,
  };
}

const state = fc.constantFrom(PREPARED, DELETED, COMMITTED);
const decision = fc.constantFrom(undefined, COMMITTED, ABORTED);

test("a transaction is half committed exactly when it has committed rows, rows in doubt and no coordinator row", () => {
  fc.assert(
    fc.property(fc.array(state, { minLength: 1, maxLength: 6 }), decision, (states, decided) => {
      using scratch = new Scratch(undefined);
      const spill = new TransactionSpill(scratch);
      states.forEach((each, at) => {
        spill.addRow(0, row({ state: each, key: `k${at}` }));
      });
      if (decided !== undefined)
        spill.addDecision({ transaction: "x", state: decided, createdMs: 15, rank: "own" }, "copy");
      const [view] = [...spill.transactions(["app.account"])];
      const checks = view === undefined ? [] : judgeTransaction(view).map(({ check }) => check);
      const isMixed = states.includes(COMMITTED) && states.some((each) => each !== COMMITTED);
      expect(checks.includes("half-committed")).toBe(isMixed && decided === undefined);
      expect(checks.includes("committed-but-aborted")).toBe(
        states.includes(COMMITTED) && decided === ABORTED,
      );
      expect(view && goesForward(view)).toBe(
        decided === COMMITTED && states.some((each) => each !== COMMITTED),
      );
    }),
  );
});

test("the committed image under somebody else's row in doubt is a committed row too", () => {
  using scratch = new Scratch(undefined);
  const spill = new TransactionSpill(scratch);
  spill.addRow(0, row({ state: PREPARED, key: "a" }));
  spill.addRow(
    0,
    row({
      transaction: "y",
      state: PREPARED,
      key: "b",
      version: 2,
      before: { ...NO_IMAGE, transaction: "x", state: COMMITTED, version: 1 },
    }),
  );
  const found = [...spill.transactions(["app.account"])].flatMap(judgeTransaction);
  expect(found.map(({ check, transaction }) => `${check} ${transaction}`)).toEqual(["half-committed x"]);
});

test("the times of a row under one in doubt are those of the transaction that committed it", () => {
  using scratch = new Scratch(undefined);
  const spill = new TransactionSpill(scratch);
  const before = { transaction: "x", state: COMMITTED, version: 1, preparedMs: 7, committedMs: 8 };
  spill.addRow(0, row({ transaction: "y", state: PREPARED, version: 2, preparedMs: 9, before }));
  const [under] = spill.transactions(["app.account"]);
  expect(under).toMatchObject({ id: "x", newestPreparedMs: 7, newestCommittedMs: 8, onePhase: false });
});

test("a parent's word outranks the row of the full id", () => {
  using scratch = new Scratch(undefined);
  const spill = new TransactionSpill(scratch);
  spill.addDecision({ transaction: "p$c", state: ABORTED, createdMs: 5, rank: "own" }, "copy");
  spill.addDecision({ transaction: "p$c", state: COMMITTED, createdMs: 4, rank: "parent" }, "copy");
  expect([...spill.transactions(["app.account"])].map(({ coordinator }) => coordinator)).toEqual([
    { state: COMMITTED, createdMs: 4 },
  ]);
});

test("a row in doubt has one version more than the one that it overwrites", () => {
  const over = (version: number) =>
    row({
      state: PREPARED,
      version,
      committedMs: 5,
      before: { ...NO_IMAGE, transaction: "w", state: COMMITTED, version: 3 },
    });
  expect(judgeRow("app.account", over(4), NO_LIMITS)).toEqual([]);
  expect(judgeRow("app.account", over(5), NO_LIMITS).map(({ check }) => check)).toEqual(["impossible-state"]);
});

test("a row over an imported one, whose version counts as 0, is possible", () => {
  const over = row({ state: PREPARED, version: 1, before: { ...NO_IMAGE, version: 0 } });
  expect(judgeRow("app.account", over, NO_LIMITS)).toEqual([]);
});

test("an earlier commit time warns in a committed row and is normal in a prepared one", () => {
  const odd = { preparedMs: 20, committedMs: 10 };
  expect(judgeRow("app.account", row(odd), NO_LIMITS).map(({ check }) => check)).toEqual(["clock-order"]);
  expect(judgeRow("app.account", row({ ...odd, state: PREPARED }), NO_LIMITS)).toEqual([]);
});

test("a row prepared inside the pause warns", () => {
  const found = judgeRow("app.account", row({ preparedMs: 50, committedMs: 60 }), {
    ...NO_LIMITS,
    paused: { fromMs: 40, toMs: 70 },
  });
  expect(found.map(({ check }) => check)).toEqual(["written-while-paused"]);
});

test.each([
  { state: PREPARED, createdMs: 5, checks: ["impossible-state"] },
  { state: COMMITTED, createdMs: 5, checks: [] },
  { state: COMMITTED, createdMs: 500, checks: ["newer-than-point"] },
  { state: ABORTED, createdMs: 500, checks: [] },
])(
  "a coordinator row of state $state at $createdMs ms in a copy up to 100 ms: $checks",
  ({ state: said, createdMs, checks }) => {
    const found = judgeCoordinatorRow(
      "coordinator.state",
      { id: "x", state: said, createdMs, children: undefined },
      100,
    );
    expect(found.map(({ check }) => check)).toEqual(checks);
  },
);
