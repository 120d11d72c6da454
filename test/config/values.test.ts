import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cronProblem } from "../../shared/config/cron.ts";
import { DURATION, parseDuration, showDuration } from "../../shared/config/duration.ts";
import { nearMiss } from "../../shared/config/near-miss.ts";
import { timeZoneProblem } from "../../shared/config/time-zone.ts";

describe("a duration", () => {
  test.each([
    ["5s", 5_000],
    ["2m", 120_000],
    ["250ms", 250],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    ["0.29s", 290],
    ["1h 30m", 5_400_000],
    ["1d2h3m4s5ms", 93_784_005],
    ["0s", 0],
  ])("written as %s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    "",
    " ",
    "5",
    "s",
    "5 s",
    "-5s",
    "5S",
    "30m1h",
    "5s5s",
    "1e3s",
    "5sec",
    "0.5ms",
    "1h30",
    "NaNs",
    ".5s",
  ])('cannot be written as "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test("is read back from what is shown of it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 11 }), (ms) => {
        expect(showDuration(ms)).toMatch(DURATION);
        expect(parseDuration(showDuration(ms))).toBe(ms);
      }),
    );
  });
});

describe("a cron expression", () => {
  test.each([
    "0 3 * * *",
    "*/15 * * * *",
    "0,30 8-18/2 * * MON-FRI",
    "59 23 31 JAN,mar *",
    "0 0 29 2 *",
    "0 0 * * 7",
    " 0  3 * * * ",
  ])('may be "%s"', (text) => {
    expect(cronProblem(text)).toBeUndefined();
  });

  test.each([
    ["@daily", "five fields"],
    ["0 3 * *", "five fields"],
    ["0 0 3 * * *", "five fields"],
    ["60 3 * * *", '"60" as its minute'],
    ["0 24 * * *", '"24" as its hour'],
    ["0 3 0 * *", '"0" as its day of month'],
    ["0 3 * 13 *", '"13" as its month'],
    ["0 3 * * 8", '"8" as its day of week'],
    ["0 3 * * MONDAY", '"MONDAY" as its day of week'],
    ["0 18-8 * * *", '"18-8" as its hour'],
    ["5/10 * * * *", '"5/10" as its minute'],
    ["*/0 * * * *", '"*/0" as its minute'],
    ["0, 3 * * *", '"" as its minute'],
    ["0 3 L * *", '"L" as its day of month'],
    ["0 3 ? * MON", '"?" as its day of month'],
    ["0 3 1 * MON", "do not agree"],
    ["0 3 30 2 *", "a day that none of its months has"],
    ["0 3 31 4,6 *", "a day that none of its months has"],
  ])('cannot be "%s"', (text, problem) => {
    expect(cronProblem(text)).toContain(problem);
  });
});

test("a time zone is one of the IANA database", () => {
  for (const name of ["UTC", "Asia/Tokyo", "America/Argentina/Buenos_Aires", "Europe/Kiev"])
    expect(timeZoneProblem(name)).toBeUndefined();
  for (const name of ["", "+09:00", "Asia", "Mars/Olympus", "JSTT"])
    expect(timeZoneProblem(name)).toContain("IANA");
  expect(timeZoneProblem("Europe/Berln")).toContain('did you mean "Europe/Berlin"?');
});

test("a near miss is a word that was likely meant", () => {
  const words = ["hold", "drainWait", "longest", "rpcDeadline", "srv"];
  for (const [typed, meant] of [
    ["hodl", "hold"],
    ["drain-wait", "drainWait"],
    ["DRAINWAIT", "drainWait"],
    ["rpcDeadlin", "rpcDeadline"],
    ["svr", "srv"],
  ] as const)
    expect(nearMiss(typed, words)).toBe(meant);
  for (const typed of ["timeout", "x", "", "length"]) expect(nearMiss(typed, words)).toBeUndefined();
});
