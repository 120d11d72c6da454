import * as fc from "fast-check";
import { expect, test } from "vitest";
import { instantInSecond } from "../../../rehearsal/dynamodb/cut.ts";
import type { Item } from "../../../rehearsal/dynamodb/items.ts";
import { Journal } from "../../../rehearsal/dynamodb/journal.ts";

const SECOND_MS = 1_700_000_000_000;

/** For each of some keys, the times within three seconds at which it was written. */
const histories = fc.array(fc.array(fc.integer({ min: -1000, max: 1999 }), { maxLength: 6 }), {
  minLength: 1,
  maxLength: 8,
});

test("a restored item is one of the states that it had in the second", () => {
  void fc.assert(
    fc.property(histories, fc.string(), (offsets, seed) => {
      const journal = new Journal<Item>(1_000);
      const written = offsets.map((times, key) => {
        const sorted = [...times].sort((a, b) => a - b);
        sorted.forEach((offset, version) => {
          journal.record(`${key}`, {}, SECOND_MS + offset, {
            key: { N: `${key}` },
            version: { N: `${version}` },
          });
        });
        return sorted;
      });
      const items = journal.snapshot((key) => instantInSecond({ seed, table: "t" }, key, SECOND_MS));
      written.forEach((times, key) => {
        const found = items.find((item) => item["key"]?.["N"] === `${key}`)?.["version"]?.["N"];
        const before = times.findLastIndex((offset) => offset <= 0);
        const within = times.flatMap((offset, version) => (offset > 0 && offset < 1000 ? [version] : []));
        const possible = [before, ...within].map((version) => (version < 0 ? undefined : `${version}`));
        expect(possible).toContain(found);
      });
    }),
  );
});

test("the items of a second are cut at different instants, and always at the same for one seed", () => {
  const keys = Array.from({ length: 1_000 }, (_, key) => `${key}`);
  const instants = (seed: string) => keys.map((key) => instantInSecond({ seed, table: "t" }, key, SECOND_MS));

  expect(instants("a")).toEqual(instants("a"));
  expect(instants("a")).not.toEqual(instants("b"));
  expect(Math.min(...instants("a"))).toBeGreaterThanOrEqual(SECOND_MS);
  expect(Math.min(...instants("a"))).toBeLessThan(SECOND_MS + 50);
  expect(Math.max(...instants("a"))).toBeGreaterThan(SECOND_MS + 950);
  expect(Math.max(...instants("a"))).toBeLessThan(SECOND_MS + 1000);
});

test("the same item is cut at another instant of another second, or in another table", () => {
  const at = (table: string, secondMs: number) =>
    instantInSecond({ seed: "s", table }, "k", secondMs) - secondMs;
  expect(at("t", SECOND_MS)).not.toBe(at("t", SECOND_MS + 1000));
  expect(at("t", SECOND_MS)).not.toBe(at("u", SECOND_MS));
});
