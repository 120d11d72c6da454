import fc from "fast-check";
import { expect, test } from "vitest";
import { boundFrom, boundOver, type ClockSample } from "../../shared/pause/clock-bound.ts";
import { earliestEnd, secondInside } from "../../shared/pause/pause-window.ts";

const startMs = fc.double({ min: 1.7e12, max: 1.9e12, noNaN: true });
const lengthMs = fc.double({ min: 0, max: 20_000, noNaN: true });
const offsetMs = fc.double({ min: -5_000, max: 5_000, noNaN: true });
const doubtMs = fc.double({ min: 0, max: 1_500, noNaN: true });
/** Where in the doubt the true offset lies, and when inside the second a copy is cut. */
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** Epoch milliseconds as doubles are exact to about a quarter of a microsecond. */
const ROUNDING_MS = 0.01;

test("whatever the true offset within the bound, every instant of the chosen second lies inside the window", () => {
  fc.assert(
    fc.property(
      startMs,
      lengthMs,
      offsetMs,
      doubtMs,
      share,
      share,
      (start, length, low, doubt, at, instant) => {
        const window = { startMs: start, endMs: start + length };
        const bound = { lowMs: low, highMs: low + doubt };
        const inside = secondInside(window, bound);
        if (inside === undefined) return;
        const trueOffset = low + doubt * at;
        const cutMs = (inside.atSecond + instant) * 1000 - trueOffset;
        expect(cutMs).toBeGreaterThanOrEqual(window.startMs - ROUNDING_MS);
        expect(cutMs).toBeLessThanOrEqual(window.endMs + ROUNDING_MS);
      },
    ),
  );
});

test("a second is found whenever one fits, and none is nearer to the middle", () => {
  fc.assert(
    fc.property(startMs, lengthMs, offsetMs, doubtMs, (start, length, low, doubt) => {
      const [from, to] = [start + low + doubt, start + length + low];
      const fitting = Array.from({ length: 24 }, (_, n) => Math.floor(from / 1000) + n).filter(
        (second) => from <= second * 1000 && (second + 1) * 1000 <= to,
      );
      const found = secondInside(
        { startMs: start, endMs: start + length },
        { lowMs: low, highMs: low + doubt },
      );
      if (fitting.length === 0) {
        expect(found).toBeUndefined();
        return;
      }
      const distance = (second: number) => Math.abs(second * 1000 + 500 - (from + to) / 2);
      expect(fitting).toContain(found?.atSecond);
      expect(distance(found?.atSecond ?? 0)).toBeLessThanOrEqual(
        Math.min(...fitting.map(distance)) + ROUNDING_MS,
      );
    }),
  );
});

test("the earliest end is the first moment at which a second fits", () => {
  fc.assert(
    fc.property(startMs, offsetMs, doubtMs, (start, low, doubt) => {
      const bound = { lowMs: low, highMs: low + doubt };
      const endMs = earliestEnd(start, bound);
      expect(secondInside({ startMs: start, endMs: endMs + ROUNDING_MS }, bound)).toBeDefined();
      expect(secondInside({ startMs: start, endMs: endMs - 1 }, bound)).toBeUndefined();
      expect(endMs - start).toBeLessThanOrEqual(2_000 + doubt + ROUNDING_MS);
    }),
  );
});

test("a window of a single instant holds no second", () => {
  expect(secondInside({ startMs: 1_000, endMs: 1_000 }, { lowMs: 0, highMs: 0 })).toBeUndefined();
});

const reading = fc.record({ atMs: startMs, before: doubtMs, after: doubtMs });

test("the bound from any answers of a steady clock contains its true offset", () => {
  fc.assert(
    fc.property(offsetMs, fc.array(reading, { minLength: 1, maxLength: 8 }), (offset, readings) => {
      const bound = boundFrom(readings.map((each) => answered(each, offset)));
      expect(bound).toBeDefined();
      expect(offset).toBeGreaterThanOrEqual((bound?.lowMs ?? 0) - ROUNDING_MS);
      expect(offset).toBeLessThanOrEqual((bound?.highMs ?? 0) + ROUNDING_MS);
    }),
  );
});

/** Two answers leave at most 4 s of doubt each, and the allowance is taken twice. */
const stepMs = fc.double({ min: 8_600, max: 60_000, noNaN: true });

test("a clock that steps by more than doubt and allowance explain has no bound", () => {
  fc.assert(
    fc.property(offsetMs, reading, reading, stepMs, (offset, one, two, step) => {
      expect(boundOver([[answered(one, offset)], [answered(two, offset + step)]], 250)).toBeUndefined();
    }),
  );
});

test("a phase without a single answer leaves no bound", () => {
  expect(boundOver([[{ sentMs: 0, answeredMs: 5, dateSecond: 0 }], []], 250)).toBeUndefined();
  expect(boundOver([], 250)).toBeUndefined();
});

/** The server reads its clock at `atMs` of ours, somewhere between the sending and the answer. */
function answered(
  { atMs, before, after }: { atMs: number; before: number; after: number },
  offset: number,
): ClockSample {
  return { sentMs: atMs - before, answeredMs: atMs + after, dateSecond: Math.floor((atMs + offset) / 1000) };
}
