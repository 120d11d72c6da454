import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Clock } from "../../simulator/clock.ts";

const MOST_MS = 100_000;
const moment = fc.integer({ min: 0, max: MOST_MS });

/** A clock after some steps and stops, in the order of their moments. */
const clocks = fc
  .record({
    offsetMs: fc.integer({ min: -5_000, max: 5_000 }),
    driftPpm: fc.integer({ min: -500, max: 500 }),
    events: fc.array(fc.record({ atMs: moment, stepMs: fc.integer({ min: -9_000, max: 9_000 }) }), {
      maxLength: 3,
    }),
    stopMs: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
  })
  .map(({ offsetMs, driftPpm, events, stopMs }) => {
    const clock = new Clock(offsetMs, 1 + driftPpm / 1e6);
    const inOrder = [...events].sort((a, b) => a.atMs - b.atMs);
    for (const { atMs, stepMs } of inOrder) clock.step(atMs, stepMs);
    if (stopMs !== undefined) clock.stop(MOST_MS, stopMs);
    return clock;
  });

test("the spans in which a clock reads something are just the moments at which it does", () => {
  fc.assert(
    fc.property(
      clocks,
      moment,
      moment,
      fc.integer({ min: 1, max: 5_000 }),
      (clock, trueMs, about, length) => {
        const from = clock.at(about);
        const to = from + length;
        const isIn = clock.spans(from, to).some((span) => span.fromMs <= trueMs && trueMs < span.toMs);
        const reads = clock.at(trueMs);
        // Rounding may decide otherwise in the very moment.
        const isNear = Math.min(Math.abs(reads - from), Math.abs(reads - to)) < 0.001;
        if (!isNear) expect(isIn).toBe(from <= reads && reads < to);
      },
    ),
  );
});

test("a clock that stands still goes on from where it stood", () => {
  const clock = new Clock(1_000);
  clock.stop(10, 50);
  expect([clock.at(5), clock.at(10), clock.at(40), clock.at(60), clock.at(65)]).toEqual([
    1_005, 1_010, 1_010, 1_010, 1_015,
  ]);
});

test("a second that a clock shows twice has two spans", () => {
  const clock = new Clock(0);
  clock.step(5_000, -3_000);
  expect(clock.spans(4_000, 5_000)).toEqual([
    { fromMs: 4_000, toMs: 5_000 },
    { fromMs: 7_000, toMs: 8_000 },
  ]);
});
