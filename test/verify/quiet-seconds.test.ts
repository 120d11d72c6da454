import fc from "fast-check";
import { expect, test } from "vitest";
import { type QuietAsked, type QuietSecond, quietSeconds } from "../../shared/verify/quiet-seconds.ts";
import { DEFAULT_CLOCKS, guardOf, within } from "../../shared/verify/subject.ts";

const GUARD_MS = DEFAULT_CLOCKS.scalarClockBoundMs + DEFAULT_CLOCKS.databaseSkewMs;

const asked = (change: Partial<QuietAsked> = {}): QuietAsked => ({
  fromSecond: 1000,
  toSecond: 1059,
  nearestSecond: 1059,
  guardMs: GUARD_MS,
  ...change,
});

const secondsOf = ({ candidates }: { candidates: readonly QuietSecond[] }) =>
  candidates.map(({ atSecond }) => atSecond);

/** By the definition alone: each second, each commit, each pair. */
function byDefinition(of: QuietAsked, commits: readonly number[]): readonly QuietSecond[] {
  const clocks = { ...DEFAULT_CLOCKS, scalarClockBoundMs: of.guardMs, databaseSkewMs: 0 };
  const endMs = guardOf(of.toSecond, clocks).toMs;
  const all: QuietSecond[] = [];
  for (let atSecond = of.fromSecond; atSecond <= of.toSecond; atSecond += 1) {
    const guard = guardOf(atSecond, clocks);
    if (commits.some((ms) => within(ms, guard))) continue;
    const before = commits.filter((ms) => ms < guard.fromMs).map((ms) => guard.fromMs - ms);
    const after = commits.filter((ms) => ms > guard.toMs).map((ms) => ms - guard.toMs);
    all.push({ atSecond, marginMs: Math.min(...before, ...after, endMs - guard.toMs, 3_600_000) });
  }
  const away = ({ atSecond }: QuietSecond) => Math.abs(atSecond - of.nearestSecond);
  const best = all.filter((each) => {
    const stretch = all.filter((other) => isOneStretch(all, each, other));
    const ample = stretch.filter(({ marginMs }) => marginMs >= 5000);
    const most = Math.max(...stretch.map(({ marginMs }) => marginMs));
    const among = ample.length > 0 ? ample : stretch.filter(({ marginMs }) => marginMs === most);
    return among.includes(each) && among.every((other) => isBetter(each, other, away));
  });
  const nearest = (each: QuietSecond) =>
    Math.min(...all.filter((other) => isOneStretch(all, each, other)).map(away));
  return best.sort((a, b) => nearest(a) - nearest(b) || a.atSecond - b.atSecond).slice(0, 20);
}

function isOneStretch(all: readonly QuietSecond[], a: QuietSecond, b: QuietSecond): boolean {
  const [low, high] = a.atSecond < b.atSecond ? [a.atSecond, b.atSecond] : [b.atSecond, a.atSecond];
  return all.filter(({ atSecond }) => atSecond >= low && atSecond <= high).length === high - low + 1;
}

function isBetter(each: QuietSecond, other: QuietSecond, away: (second: QuietSecond) => number): boolean {
  return away(each) < away(other) || (away(each) === away(other) && each.atSecond <= other.atSecond);
}

test("the candidates are those of the definition, for any commits", () => {
  const span = fc.record({
    fromSecond: fc.integer({ min: 0, max: 40 }),
    length: fc.integer({ min: 0, max: 60 }),
    nearest: fc.integer({ min: -5, max: 70 }),
    guardMs: fc.oneof(fc.integer({ min: 0, max: 4000 }), fc.constantFrom(0, 999, 1000, 1001, 1250)),
  });
  // On the edges of guards, too.
  const commit = fc.oneof(
    fc.integer({ min: -5000, max: 110_000 }),
    fc
      .record({ second: fc.integer({ min: 0, max: 100 }), off: fc.constantFrom(-1250, -1, 0, 1, 250, 1250) })
      .map(({ second, off }) => second * 1000 + off),
  );
  fc.assert(
    fc.property(
      span,
      fc.array(commit, { maxLength: 25 }),
      ({ fromSecond, length, nearest, guardMs }, commits) => {
        const of = {
          fromSecond,
          toSecond: fromSecond + length,
          nearestSecond: fromSecond + nearest,
          guardMs,
        };
        expect(quietSeconds(of, commits).candidates).toEqual(byDefinition(of, commits));
      },
    ),
    { numRuns: 3000 },
  );
});

test("a commit on the very edge of the guard spoils the second, one a millisecond farther does not", () => {
  const only = asked({ fromSecond: 1010, toSecond: 1010 });
  const edges = [1_010_000 - GUARD_MS, 1_011_000 + GUARD_MS];
  for (const edge of edges) expect(secondsOf(quietSeconds(only, [edge]))).toEqual([]);
  const found = quietSeconds(only, [1_010_000 - GUARD_MS - 1]);
  expect(found.candidates).toEqual([{ atSecond: 1010, marginMs: 0 }]);
  expect(secondsOf(quietSeconds(only, [1_011_000 + GUARD_MS + 1]))).toEqual([1010]);
});

test("of one stretch the nearest second with an ample margin is tried, and no other", () => {
  const found = quietSeconds(asked(), [1_010_000, 1_040_000]);
  // After the second commit up to the end of what is known, between the two, before the first.
  expect(secondsOf(found)).toEqual([1054, 1032, 1002]);
});

test("where no margin is ample the largest is tried", () => {
  const found = quietSeconds(asked({ toSecond: 1020, nearestSecond: 1020 }), [1_010_000, 1_015_000]);
  expect(found.candidates[1]).toEqual({ atSecond: 1012, marginMs: 750 });
});

test("no commit at all leaves one candidate, and nothing is claimed beyond an hour", () => {
  const day = asked({ fromSecond: 0, toSecond: 86_399, nearestSecond: 40_000 });
  expect(quietSeconds(day, [])).toEqual({
    candidates: [{ atSecond: 40_000, marginMs: 3_600_000 }],
    commits: 0,
  });
});

test("no more than twenty candidates are named, the nearest first", () => {
  const busy = Array.from({ length: 200 }, (_, index) => index * 20_000);
  const found = quietSeconds(asked({ fromSecond: 0, toSecond: 3999, nearestSecond: 2000 }), busy);
  expect(found.candidates).toHaveLength(20);
  const away = secondsOf(found).map((second) => Math.abs(second - 2000));
  expect(away[0]).toBeLessThan(20);
  expect(Math.max(...away)).toBeLessThan(210);
});

test("commits every second leave no quiet second, and all are counted", () => {
  const busy = Array.from({ length: 60 }, (_, second) => (1000 + second) * 1000 + 500);
  expect(quietSeconds(asked(), busy)).toEqual({ candidates: [], commits: 60 });
});

test("a million commits of one second take no more room than one", () => {
  function* commits() {
    for (let each = 0; each < 1_000_000; each += 1) yield 1_030_000 + (each % 1000);
  }
  expect(quietSeconds(asked(), commits())).toEqual({
    ...quietSeconds(asked(), [1_030_000, 1_030_999]),
    commits: 1_000_000,
  });
});
