import fc from "fast-check";
import { expect, test } from "vitest";
import { type TokenRange, tokenRange } from "../../../shared/databases/cassandra/token-range.ts";

const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;

const segmentCounts = fc.integer({ min: 1, max: 3_000 });

function isIn(token: bigint, { above, upTo }: TokenRange): boolean {
  return (above === undefined || token > above) && (upTo === undefined || token <= upTo);
}

function allRanges(segments: number): readonly TokenRange[] {
  return Array.from({ length: segments }, (_, segment) => tokenRange(segment, segments));
}

test("each token is in exactly one range, at the ends and beside every bound too", () => {
  fc.assert(
    fc.property(segmentCounts, fc.bigInt({ min: LOWEST, max: HIGHEST }), (segments, token) => {
      const ranges = allRanges(segments);
      const bounds = ranges.flatMap(({ upTo }) => (upTo === undefined ? [] : [upTo]));
      const beside = bounds.slice(0, 50).flatMap((bound) => [bound - 1n, bound, bound + 1n]);
      for (const each of [token, LOWEST, HIGHEST, 0n, ...beside])
        expect(ranges.filter((range) => isIn(each, range))).toHaveLength(1);
    }),
    { numRuns: 100 },
  );
});

test("a range ends where the next one begins, and the outer ones have no end", () => {
  fc.assert(
    fc.property(segmentCounts, (segments) => {
      const ranges = allRanges(segments);
      expect(ranges[0]?.above).toBeUndefined();
      expect(ranges.at(-1)?.upTo).toBeUndefined();
      for (const [place, { upTo }] of ranges.slice(0, -1).entries()) {
        expect(upTo).toBeDefined();
        expect(upTo).toBe(ranges[place + 1]?.above);
      }
    }),
  );
});

test("no bound is the lowest token, which as an upper bound means the whole ring", () => {
  fc.assert(
    fc.property(segmentCounts, (segments) => {
      const bounds = allRanges(segments).flatMap(({ above, upTo }) => [above ?? HIGHEST, upTo ?? HIGHEST]);
      expect(bounds.filter((bound) => bound <= LOWEST || bound > HIGHEST)).toEqual([]);
    }),
  );
});

test("ranges are equally large, to a token", () => {
  fc.assert(
    fc.property(segmentCounts, (segments) => {
      const ends = [LOWEST, ...allRanges(segments).flatMap(({ upTo }) => upTo ?? []), HIGHEST + 1n];
      const sizes = ends.slice(1).map((end, place) => end - (ends[place] ?? end));
      const least = 2n ** 64n / BigInt(segments);
      expect(sizes.filter((size) => size !== least && size !== least + 1n)).toEqual([]);
    }),
  );
});
