import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  guardedSpan,
  lastPointCost,
  latestQuietAsked,
  quietCost,
  reachOf,
  type SeenDatabase,
  type SeenTable,
  settlingCost,
  smallBytes,
} from "../../shared/restore/dynamodb/ways-back.ts";
import { quietSeconds } from "../../shared/verify/quiet-seconds.ts";
import { DEFAULT_CLOCKS, earliestLaterSecond, guardOf } from "../../shared/verify/subject.ts";
import { aPoint } from "../catalog/examples.ts";
import { captured as capturedTable, databaseOf } from "./example-plan.ts";

const NOW_MS = 10_000_000;
const SECOND = 9_000;
const CLOCKS = DEFAULT_CLOCKS;
const REACH = { earliestSecond: 1_000, latestSecond: 9_700 };

function seen(change: Partial<SeenTable> = {}): SeenTable {
  return {
    name: "asset",
    id: "asset#1",
    coordinator: false,
    metadata: {},
    bytes: 0,
    coverage: REACH,
    ...change,
  };
}

function database(tables: readonly SeenTable[], missing: readonly string[] = []): SeenDatabase {
  return { name: "main", tables, missing };
}

describe("the last point", () => {
  const captured = databaseOf([capturedTable("asset"), capturedTable("state")]).atBackup;
  const point = aPoint("p", {
    databases: [{ name: "main", kind: "dynamodb", atSecond: SECOND, captured }],
  });
  const state = seen({ name: "state", id: "state#1" });
  const costOf = (databases: readonly SeenDatabase[]) => lastPointCost(point, databases, NOW_MS);

  test("costs what was written since its second while every table reaches back to it", () => {
    expect(costOf([database([seen(), state])])).toEqual({
      kind: "possible",
      backToSecond: SECOND,
      costMs: NOW_MS - SECOND * 1000,
    });
  });

  test.each([
    ["has been re-created", [seen({ id: "another" }), state], /"asset" is not the one/],
    ["is gone", [state], /"asset" does not exist any more/],
    ["has lost its recovery", [seen(), { ...state, coverage: undefined }], /"state" has no point-in-time/],
    [
      "reaches back to later seconds only",
      [seen({ coverage: { earliestSecond: SECOND + 1, latestSecond: 9_700 } }), state],
      /"asset" can be restored from .* on/,
    ],
  ])("is of no use where a table %s", (_, tables, reason) => {
    expect(costOf([database(tables)])).toEqual({
      kind: "impossible",
      because: [expect.stringMatching(reason)],
    });
  });

  test("is of no use where its database is not configured any more", () => {
    expect(costOf([])).toMatchObject({ kind: "impossible" });
  });

  test("is of no use where it was taken of another kind of database", () => {
    const other = aPoint("p", {
      databases: [{ name: "main", kind: "jdbc", atSecond: SECOND, captured: {} }],
    });
    expect(lastPointCost(other, [database([seen()])], NOW_MS)).toMatchObject({ kind: "impossible" });
  });
});

test("the reach of all tables is that of the one that reaches least far, on either side", () => {
  const short = seen({ coverage: { earliestSecond: 2_000, latestSecond: 9_800 } });
  expect(reachOf([database([seen(), short])])).toEqual({ earliestSecond: 2_000, latestSecond: 9_700 });
});

test("one table that is missing or without recovery leaves no reach, and each is named", () => {
  const reach = reachOf([database([seen({ coverage: undefined })], ["gone"])]);
  expect(reach).toEqual({
    because: [
      'table "gone" is listed by ScalarDB but does not exist',
      'table "asset" has no point-in-time recovery',
    ],
  });
  const apart = [seen(), seen({ coverage: { earliestSecond: 9_800, latestSecond: 9_900 } })];
  expect(reachOf([database(apart)])).toMatchObject({ because: [expect.stringContaining("no second")] });
});

test("settling surely keeps what was committed twice the bound before the last second", () => {
  const boundMs = CLOCKS.scalarClockBoundMs + CLOCKS.databaseSkewMs;
  const keptMs = REACH.latestSecond * 1000 - 2 * boundMs;
  expect(settlingCost(REACH, CLOCKS, NOW_MS)).toEqual({
    kind: "possible",
    backToSecond: Math.floor(keptMs / 1000),
    costMs: NOW_MS - keptMs,
  });
});

test("the last quiet second that is looked for is the last one whose proof can be restored", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 5_000 }), (bound, skew) => {
      const clocks = { ...CLOCKS, scalarClockBoundMs: bound, databaseSkewMs: skew };
      const asked = latestQuietAsked({ earliestSecond: 0, latestSecond: 200_000 }, clocks);
      const last = asked?.toSecond ?? Number.NaN;
      expect(earliestLaterSecond(last, clocks)).toBeLessThanOrEqual(200_000);
      expect(earliestLaterSecond(last + 1, clocks)).toBeGreaterThan(200_000);
    }),
  );
});

test("no quiet second is looked for where recovery reaches back less than its proof takes", () => {
  expect(latestQuietAsked({ earliestSecond: 9_699, latestSecond: 9_700 }, CLOCKS)).toBeUndefined();
});

test("the quiet second told has no commit in its guard, and where one is told to be none there is none", () => {
  const asked = latestQuietAsked({ earliestSecond: 9_600, latestSecond: 9_700 }, CLOCKS);
  if (asked === undefined) throw new Error("nothing is asked for");
  const span = guardedSpan(asked);
  const commits = fc.array(fc.integer({ min: span.fromMs, max: span.toMs }), { maxLength: 60 });
  fc.assert(
    fc.property(commits, (times) => {
      const isQuiet = (second: number) => {
        const { fromMs, toMs } = guardOf(second, CLOCKS);
        return times.every((ms) => ms < fromMs || ms > toMs);
      };
      const cost = quietCost(asked, quietSeconds(asked, times), NOW_MS);
      if (cost.kind === "possible") {
        expect(isQuiet(cost.backToSecond)).toBe(true);
        expect(cost.costMs).toBe(NOW_MS - cost.backToSecond * 1000);
        return;
      }
      for (let second = asked.fromSecond; second <= asked.toSecond; second++)
        expect(isQuiet(second)).toBe(false);
    }),
  );
});

test("of a fixed capacity less is read by the way than of one that grows, and never more", () => {
  expect(smallBytes({})).toBe(64 * 2 ** 20);
  expect(smallBytes({ readUnits: 10 })).toBe(10 * 8192 * 60);
  expect(smallBytes({ readUnits: 1_000_000 })).toBe(64 * 2 ** 20);
});
