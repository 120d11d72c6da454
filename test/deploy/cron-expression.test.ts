import fc from "fast-check";
import { expect, test } from "vitest";
import { eventBridgeCron } from "../../deploy/cron-expression.ts";
import { cronProblem } from "../../shared/config/cron.ts";

test("a nightly schedule asks EventBridge for any day of the week", () => {
  expect(eventBridgeCron("0 3 * * *")).toBe("cron(0 3 * * ? *)");
});

test("days of the week are counted from 1, and leave the day of the month open", () => {
  expect(eventBridgeCron("30 2 * * MON-FRI")).toBe("cron(30 2 ? * 2-6 *)");
  expect(eventBridgeCron("0 0 * * 0")).toBe("cron(0 0 ? * 1 *)");
  expect(eventBridgeCron("0 0 * * 7")).toBe("cron(0 0 ? * 1 *)");
  expect(eventBridgeCron("0 0 * * 1-7")).toBe("cron(0 0 * * ? *)");
});

test("steps are written out, and what follows one another becomes a range", () => {
  expect(eventBridgeCron("*/20 1-3,5 1-31/10 JAN,JUL *")).toBe("cron(0,20,40 1-3,5 1,11,21,31 1,7 ? *)");
});

test("what is no cron expression is refused with the rule", () => {
  expect(() => eventBridgeCron("0 25 * * *")).toThrow(/"0 25 \* \* \*" has "25" as its hour/);
});

test("EventBridge's expression happens in the very minutes of the cron expression", () => {
  const moments = fc.date({
    min: new Date("2026-01-01T00:00:00Z"),
    max: new Date("2030-01-01T00:00:00Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(expressions(), fc.array(moments, { minLength: 50, maxLength: 50 }), (cron, dates) => {
      fc.pre(cronProblem(cron) === undefined);
      const theirs = eventBridgeCron(cron);
      expect(theirs.length).toBeLessThanOrEqual(LONGEST_EXPRESSION);
      // A moment that fits is rare by chance, so each is moved onto the schedule where that is possible.
      for (const date of dates.flatMap((one) => [one, near(one, cron)]))
        expect([cron, date.toISOString(), happens(theirs, date)]).toEqual([
          cron,
          date.toISOString(),
          happensAsCron(cron, date),
        ]);
    }),
    { numRuns: 300 },
  );
});

/** EventBridge Scheduler's limit. */
const LONGEST_EXPRESSION = 256;
const NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

function expressions(): fc.Arbitrary<string> {
  const day = fc.oneof(
    fc.tuple(field(1, 31), fc.constant("*")),
    fc.tuple(fc.constant("*"), fc.oneof(field(0, 7), fc.constantFrom(...NAMES))),
  );
  return fc
    .tuple(field(0, 59), field(0, 23), day, field(1, 12))
    .map(([minute, hour, [monthDay, weekDay], month]) => [minute, hour, monthDay, month, weekDay].join(" "));
}

function field(least: number, most: number): fc.Arbitrary<string> {
  const value = fc.integer({ min: least, max: most });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.tuple(fc.oneof(fc.constant("*"), range), fc.integer({ min: 1, max: most }));
  const part = fc.oneof(
    value.map(String),
    range,
    step.map(([of, by]) => `${of}/${by}`),
  );
  return fc.oneof(
    fc.constant("*"),
    fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(",")),
  );
}

/** By the meaning of cron, spelled out value by value: another way than the code's. */
function happensAsCron(cron: string, date: Date): boolean {
  const [minute = "", hour = "", monthDay = "", month = "", weekDay = ""] = cron.split(" ");
  const days = weekDay.replaceAll(/[A-Z]+/g, (name) => String(NAMES.indexOf(name)));
  return (
    allows(minute, date.getUTCMinutes(), 0, 59) &&
    allows(hour, date.getUTCHours(), 0, 23) &&
    allows(monthDay, date.getUTCDate(), 1, 31) &&
    allows(month, date.getUTCMonth() + 1, 1, 12) &&
    (allows(days, date.getUTCDay(), 0, 7) || (date.getUTCDay() === 0 && allows(days, 7, 0, 7)))
  );
}

/** By the meaning of EventBridge's six fields. */
function happens(expression: string, date: Date): boolean {
  const [, minute = "", hour = "", monthDay = "", month = "", weekDay = "", year = ""] =
    /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$/.exec(expression) ?? [];
  expect([monthDay, weekDay].filter((one) => one === "?")).toHaveLength(1);
  expect(year).toBe("*");
  return (
    allows(minute, date.getUTCMinutes(), 0, 59) &&
    allows(hour, date.getUTCHours(), 0, 23) &&
    (monthDay === "?" || allows(monthDay, date.getUTCDate(), 1, 31)) &&
    allows(month, date.getUTCMonth() + 1, 1, 12) &&
    (weekDay === "?" || allows(weekDay, date.getUTCDay() + 1, 1, 7))
  );
}

function allows(word: string, value: number, least: number, most: number): boolean {
  return word.split(",").some((part) => {
    const [of = "", by = "1"] = part.split("/");
    const [from, to = from] = of === "*" ? [least, most] : of.split("-").map(Number);
    return value >= Number(from) && value <= Number(to) && (value - Number(from)) % Number(by) === 0;
  });
}

function near(date: Date, cron: string): Date {
  const [minute = "", hour = ""] = cron.split(" ").map((word) => /^\d+/.exec(word)?.[0] ?? "0");
  const moved = new Date(date);
  moved.setUTCHours(Number(hour), Number(minute), 0, 0);
  return moved;
}
