import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CommitWatch } from "../../shared/verify/commit-watch.ts";
import { isHopeless } from "../../shared/verify/obstacle.ts";
import { judgeProof } from "../../shared/verify/proof.ts";
import type { Commits, ProofEvidence } from "../../shared/verify/proof-evidence.ts";
import {
  type Clocks,
  DEFAULT_CLOCKS,
  earliestLaterSecond,
  guardOf,
  type Subject,
} from "../../shared/verify/subject.ts";
import { ABORTED, COMMITTED } from "../../shared/verify/transaction-row.ts";
import { NO_ROWS, type TransactionView } from "../../shared/verify/transaction-view.ts";

const AT = 1_800_000_000;
const MS = AT * 1000;
const RESTORED = {
  kind: "restored",
  atSecond: AT,
  window: { startMs: MS - 4000, endMs: MS + 5000 },
  later: { atSecond: AT + 10 },
} as const satisfies Subject;

function view(id: string, parts: Partial<TransactionView>): TransactionView {
  return {
    id,
    committed: NO_ROWS,
    inDoubt: NO_ROWS,
    committedBefore: NO_ROWS,
    onePhase: false,
    newestPreparedMs: undefined,
    newestCommittedMs: undefined,
    coordinator: undefined,
    later: undefined,
    ...parts,
  };
}

const committedAt = (createdMs: number) => ({ state: COMMITTED, createdMs });
const ROW = { count: 1, first: { table: "app.account", key: "a" } };

function evidence(
  views: readonly TransactionView[],
  subject: Subject = RESTORED,
  clocks = DEFAULT_CLOCKS,
): ProofEvidence {
  const watch = new CommitWatch(subject, clocks);
  for (const each of views) watch.see(each);
  return watch.evidence({ coordinatorRead: true, withoutTransactions: [], changeable: [] });
}

function proofOf(
  views: readonly TransactionView[],
  subject: Subject = RESTORED,
  clocks: Clocks = DEFAULT_CLOCKS,
) {
  return judgeProof(subject, evidence(views, subject, clocks), clocks);
}

/** Known to both coordinators. */
const settled = (id: string, ms: number) =>
  view(id, { coordinator: committedAt(ms), later: committedAt(ms) });

test("a copy is proven when no commit is dated in the guard, and the proof says what it rests on", () => {
  const proof = proofOf([settled("before", MS - 60_000), view("after", { later: committedAt(MS + 60_000) })]);
  expect(proof).toMatchObject({
    kind: "proven",
    restsOn: [
      expect.stringContaining("1000 ms"),
      expect.stringContaining("clean-up"),
      expect.stringContaining("one-phase"),
      expect.any(String),
    ],
  });
});

test("where databases were restored to seconds of their own, the guard reaches from the earliest to the latest", () => {
  const apart: Subject = { ...RESTORED, window: { startMs: MS, endMs: MS + 1000 }, lastSecond: AT + 4 };
  expect(proofOf([settled("x", MS + 4000)], apart).kind).toBe("unproven");
  expect(proofOf([view("x", { later: committedAt(MS + 7000) })], apart).kind).toBe("proven");
});

test("an aborted transaction in the guard is no commit", () => {
  const aborted = { state: ABORTED, createdMs: MS };
  expect(proofOf([view("x", { coordinator: aborted, later: aborted })]).kind).toBe("proven");
});

test("a commit anywhere in the guard keeps a copy from being proven", () => {
  const guard = guardOf(AT, DEFAULT_CLOCKS);
  expect(guard).toEqual({ fromMs: MS - 1250, toMs: MS + 2250 });
  fc.assert(
    fc.property(fc.integer({ min: guard.fromMs, max: guard.toMs }), fc.boolean(), (ms, inCopy) => {
      const short: Subject = { ...RESTORED, window: { startMs: MS - 500, endMs: MS + 1500 } };
      const noisy = view("x", {
        later: committedAt(ms),
        ...(inCopy ? { coordinator: committedAt(ms) } : {}),
      });
      expect(proofOf([noisy], short).kind).toBe("unproven");
    }),
  );
});

test("a commit well inside the pause disproves, one within the clock bound of its ends does not", () => {
  const inside = fc.property(fc.integer({ min: MS - 1250, max: MS + 2250 }), (ms) => {
    expect(proofOf([settled("x", ms)])).toMatchObject({
      kind: "disproven",
      reason: expect.stringContaining('"x"'),
    });
  });
  fc.assert(inside);
  const narrow: Subject = { ...RESTORED, window: { startMs: MS - 1500, endMs: MS + 2500 } };
  expect(proofOf([settled("x", MS - 600)], narrow).kind).toBe("unproven");
  expect(proofOf([settled("x", MS + 1600)], narrow).kind).toBe("unproven");
});

test("a commit inside the pause but far from the second leaves the copy proven", () => {
  expect(proofOf([settled("x", MS - 2000)]).kind).toBe("proven");
});

test("a transaction that was carried out again shortly before the guard keeps a copy from being proven", () => {
  const again = (newestPreparedMs: number) =>
    view("again", {
      coordinator: committedAt(MS - 300_000),
      later: committedAt(MS - 300_000),
      newestPreparedMs,
      inDoubt: ROW,
    });
  // Its second time leaves no decision of its own, so that its end is nowhere: it may have prepared for a while.
  for (const ms of [MS - 50_000, MS - 3000, MS, MS + 2250])
    expect(
      proofOf([again(ms)], { ...RESTORED, window: { startMs: MS - 500, endMs: MS + 1500 } }),
    ).toMatchObject({
      kind: "unproven",
      reason: expect.stringContaining('"again"'),
    });
  expect(proofOf([again(MS - 100_000)]).kind).toBe("proven");
  // By two processes whose clocks are apart, and no second time.
  const apart = view("apart", { ...settled("apart", MS - 5000), newestPreparedMs: MS - 4000 });
  expect(proofOf([apart]).kind).toBe("proven");
});

test("a settled copy rests on the bound that it was settled by, whatever the configuration says by now", () => {
  const subject = { kind: "settled", atSecond: AT, keptUntilMs: MS - 1250 } as const;
  const wide = { ...DEFAULT_CLOCKS, scalarClockBoundMs: 10_000 };
  const { restsOn } = proofOf([], subject, wide) as { restsOn: readonly string[] };
  expect(restsOn[0]).toBe("ScalarDB's clocks were within 1000 ms of the database's");
});

test("a coordinator row that was written late, dated before the guard, keeps a copy from being proven", () => {
  const late = view("late", { later: committedAt(MS - 5000), inDoubt: ROW });
  expect(proofOf([late])).toMatchObject({
    kind: "unproven",
    reason: expect.stringContaining("written late"),
  });
});

test("a clean-up between the two readings of the coordinator keeps a copy from being proven", () => {
  const gone = view("gone", { coordinator: committedAt(MS - 60_000) });
  expect(proofOf([gone])).toMatchObject({
    kind: "unproven",
    reason: expect.stringContaining("removed from the coordinator"),
  });
});

test("one-phase commit keeps a copy from being proven", () => {
  const onePhase = view("x", { committed: ROW, onePhase: true, newestCommittedMs: MS - 90_000 });
  expect(proofOf([onePhase])).toMatchObject({
    kind: "unproven",
    reason: expect.stringContaining("one-phase"),
  });
});

test("one-phase commits stand in the copies of all seconds since them, and not of those before or after", () => {
  const committed = (id: string, ms: number) =>
    view(id, { committed: ROW, onePhase: true, newestCommittedMs: ms });
  const proof = proofOf([committed("y", MS - 100_000), committed("x", MS - 300_000)]);
  const lasting = proof.kind === "unproven" ? proof.lasting : undefined;
  // Written by then, whatever the clocks were and however long it took.
  const fromMs = MS - 300_000 + 61_250;
  expect(lasting).toEqual({ kind: "since", fromMs });
  const hopeless = (atSecond: number) => isHopeless(atSecond, { lasting, triedSecond: AT });
  const first = Math.ceil(fromMs / 1000);
  expect([first - 1, first, AT, AT + 1].map(hopeless)).toEqual([false, true, true, false]);
});

test("what only this second shows says nothing of others", () => {
  const late = view("late", { later: committedAt(MS - 5000), inDoubt: ROW });
  const gone = view("gone", { coordinator: committedAt(MS - 60_000) });
  const cleaned = view("cleaned", { committed: ROW, newestCommittedMs: MS - 30_000 });
  const apart: Subject = { ...RESTORED, window: { startMs: MS, endMs: MS + 1 } };
  for (const seen of [late, gone, cleaned, settled("noisy", MS)])
    expect(proofOf([seen], apart)).toEqual({ kind: "unproven", reason: expect.any(String) });
});

test("a clean-up that ended before the guard leaves a copy proven, one that may have reached it does not", () => {
  const cleaned = (ms: number) => view(`cleaned-${ms}`, { committed: ROW, newestCommittedMs: ms });
  const kept = settled("kept", MS - 60_000);
  expect(proofOf([cleaned(MS - 90_000), kept]).kind).toBe("proven");
  expect(proofOf([cleaned(MS - 30_000), kept]).kind).toBe("unproven");
  expect(proofOf([cleaned(MS - 90_000)]).kind).toBe("unproven");
});

test("a committed row in the guard whose coordinator row is gone is a commit in the guard", () => {
  const gone = view("x", { committed: ROW, newestCommittedMs: MS });
  expect(evidence([gone]).inGuard).toMatchObject({ count: 1 });
});

test("one that is there under a row in doubt alone is one, too", () => {
  const under = view("gone", { committedBefore: ROW, newestPreparedMs: MS - 5, newestCommittedMs: MS });
  expect(evidence([under]).inGuard).toMatchObject({ count: 1 });
  expect(proofOf([settled("before", MS - 60_000), under]).kind).not.toBe("proven");
});

test.each([
  {
    name: "a copy without a known second",
    subject: { kind: "copy" } as Subject,
    reason: "no restored second",
  },
  { name: "live tables", subject: { kind: "live", startedMs: MS } as Subject, reason: "live tables" },
  {
    name: "no later coordinator",
    subject: { kind: "restored", atSecond: AT } as Subject,
    reason: "not read at a later second",
  },
  {
    name: "a later coordinator that is not late enough",
    subject: {
      ...RESTORED,
      later: { atSecond: earliestLaterSecond(AT, DEFAULT_CLOCKS) - 1 },
    } as Subject,
    reason: "only from 2027-01-15T08:00:04Z on",
  },
])("nothing is proven of $name", ({ subject, reason }) => {
  expect(proofOf([settled("before", MS - 60_000)], subject)).toMatchObject({
    kind: "unproven",
    reason: expect.stringContaining(reason),
  });
});

test("nothing is proven without a coordinator table or with tables of the JDBC transaction manager", () => {
  const quiet = evidence([]);
  expect(judgeProof(RESTORED, { ...quiet, coordinatorRead: false }, DEFAULT_CLOCKS).kind).toBe("unproven");
  const jdbc = judgeProof(RESTORED, { ...quiet, withoutTransactions: ["scalar.asset"] }, DEFAULT_CLOCKS);
  expect(jdbc).toEqual({
    kind: "unproven",
    reason: expect.stringContaining("JDBC"),
    lasting: { kind: "ever" },
  });
  for (const atSecond of [AT - 86_400, AT + 86_400])
    expect(isHopeless(atSecond, { lasting: { kind: "ever" }, triedSecond: AT })).toBe(true);
});

test("the evidence names a few commits and counts all", () => {
  const many: Commits = evidence(Array.from({ length: 40 }, (_, n) => settled(`t${n}`, MS + n))).inGuard;
  expect(many.count).toBe(40);
  expect(many.examples.length).toBe(5);
});
