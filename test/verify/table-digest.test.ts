import * as fc from "fast-check";
import { expect, test } from "vitest";
import { addDigests, digestText, recordDigest } from "../../shared/verify/table-digest.ts";

const digestOf = (records: readonly string[]) =>
  digestText(records.reduce((sum, each) => addDigests(sum, recordDigest(each)), 0n));

test("a table's digest does not depend on the order of its records", () => {
  const property = fc.property(fc.array(fc.string()), fc.nat(), (records, by) => {
    const turned = [
      ...records.slice(by % (records.length + 1)),
      ...records.slice(0, by % (records.length + 1)),
    ];
    expect(digestOf(turned.reverse())).toBe(digestOf(records));
  });
  fc.assert(property);
});

test("a record more, a record less and a record twice all change the digest", () => {
  const property = fc.property(fc.array(fc.string()), fc.string(), (records, one) => {
    const digests = [records, [...records, one], [...records, one, one]].map(digestOf);
    expect(new Set(digests).size).toBe(3);
  });
  fc.assert(property);
  expect(digestOf([])).toBe("0".repeat(32));
});
