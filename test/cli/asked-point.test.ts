import { expect, test } from "vitest";
import { askedPoint, askedTime } from "../../functions/cli/asked-point.ts";

const NOW = Date.parse("2026-11-21T20:00:00Z");

test.each([
  ["2026-11-21T18:00Z", "2026-11-21T18:00:00.000Z"],
  ["2026-11-21T18:00:07Z", "2026-11-21T18:00:07.000Z"],
  ["2026-11-22T03:00+09:00", "2026-11-21T18:00:00.000Z"],
])("%s is the time %s", (text, time) => {
  expect(new Date(askedTime(text, NOW)).toISOString()).toBe(time);
});

test.each([
  "2026-11-21T18:00",
  "2026-11-21 18:00 UTC",
  "2026-11-21",
  "2026-02-30T00:00Z",
  "2026-11-21T25:00Z",
  "2026-13-01T00:00Z",
  "2026-11-21T18:00:00.5Z",
  "now",
])('the time "%s" is refused, since people would read it differently', (text) => {
  expect(() => askedTime(text, NOW)).toThrow(/must be a date and a time with Z or an offset/);
});

test("a time in the future is refused", () => {
  expect(() => askedTime("2026-11-21T20:00:01Z", NOW)).toThrow(/lies in the future/);
  expect(askedTime("2026-11-21T20:00:00Z", NOW)).toBe(NOW);
});

test("a restore point is asked for by its id or by a time, and by nothing else", () => {
  expect(askedPoint({ point: "p" }, NOW)).toEqual({ kind: "id", id: "p" });
  expect(askedPoint({ at: "2026-11-21T18:00Z" }, NOW)).toMatchObject({ kind: "at" });
  expect(() => askedPoint({}, NOW)).toThrow(/give either/);
});
