import fc from "fast-check";
import { expect, test } from "vitest";
import { partBytes } from "../../shared/artifacts/part-size.ts";

const MIB = 2 ** 20;
const S3 = { most: 10_000, leastBytes: 16 * MIB, largestBytes: 5 * 1024 * MIB };

const room = (expectedBytes: number) => {
  let sum = 0;
  for (let number = 1; number <= S3.most; number++) sum += partBytes(number, expectedBytes, S3);
  return sum;
};

test("an object of twice the expected size fits into the planned parts, however large", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20e12 }), (expectedBytes) => {
      expect(partBytes(1, expectedBytes, S3) * 9_000).toBeGreaterThanOrEqual(2 * expectedBytes);
    }),
  );
});

test("parts are of one size as long as the estimate holds, and never smaller than one before", () => {
  expect(new Set(Array.from({ length: 9_000 }, (_, at) => partBytes(at + 1, 10e9, S3))).size).toBe(1);
  for (let number = 2; number <= S3.most; number++)
    expect(partBytes(number, 10e9, S3)).toBeGreaterThanOrEqual(partBytes(number - 1, 10e9, S3));
});

test("no object of less than 3 TB ends for want of parts, however little was expected", () => {
  for (const expectedBytes of [0, 1e9, 80e9, 1e12]) expect(room(expectedBytes)).toBeGreaterThan(3e12);
  expect(partBytes(S3.most, 1e12, S3)).toBeLessThanOrEqual(S3.largestBytes);
});
