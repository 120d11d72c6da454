import * as fc from "fast-check";
import { expect, test } from "vitest";
import { keyText } from "../../../rehearsal/dynamodb/items.ts";

const text = (value: Record<string, string>) => keyText(["id"], { id: value });

test.each([
  ["1", "1.0"],
  ["1", "01"],
  ["1", "+1"],
  ["100", "1e2"],
  ["0.5", ".5"],
  ["-0.0500", "-5E-2"],
  ["0", "-0.00"],
])("the numbers %s and %s are the same key", (a, b) => {
  expect(text({ N: a })).toBe(text({ N: b }));
});

test("different numbers are different keys, and so are numbers, texts and bytes", () => {
  void fc.assert(
    fc.property(fc.integer(), fc.integer(), (a, b) => {
      expect(text({ N: `${a}` }) === text({ N: `${b}` })).toBe(a === b);
    }),
  );
  expect(
    new Set([text({ N: "1" }), text({ S: "1" }), text({ B: "1" }), text({ N: "10" }), text({ N: "-1" })])
      .size,
  ).toBe(5);
});

test("a key of two parts cannot be taken for another one", () => {
  const parts = (hash: string, range: string) => keyText(["h", "r"], { h: { S: hash }, r: { S: range } });
  expect(parts("a", "b,c")).not.toBe(parts("a,b", "c"));
});
