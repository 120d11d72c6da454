import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastDue, utcTimes } from "../../shared/config/schedule-time.ts";

const DAY_MS = 86_400_000;
const at = (text: string) => Date.parse(text);
const due = (cron: string, timezone: string, now: string, mostMs = DAY_MS) => {
  const ms = lastDue({ cron, timezone }, at(now), mostMs);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

describe("the times at which a timer by UTC fires", () => {
  test("are those of every offset that the zone has in a year", () => {
    const times = (cron: string, timezone: string) => utcTimes({ cron, timezone }, at("2026-11-29T00:00Z"));
    expect(times("30 3 * * *", "Asia/Tokyo")).toEqual({ minutes: [30], hours: [18] });
    expect(times("0 3 * * *", "Europe/Berlin")).toEqual({ minutes: [0], hours: [1, 2] });
    expect(times("0 3 * * *", "Asia/Kolkata")).toEqual({ minutes: [30], hours: [21] });
    expect(times("0 3 * * *", "Australia/Lord_Howe")).toEqual({ minutes: [0, 30], hours: [16] });
    expect(times("0 13 * * *", "Pacific/Kiritimati")).toEqual({ minutes: [0], hours: [23] });
    expect(times("0 12 * * *", "Etc/GMT+12")).toEqual({ minutes: [0], hours: [0] });
  });

  test("hold every due time of two years, in any zone", () => {
    const zone = fc.constantFrom(
      "America/New_York",
      "Europe/Berlin",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
    );
    const cron = fc
      .tuple(fc.nat(59), fc.nat(23), fc.constantFrom("*", "1", "1-5"))
      .map(([minute, hour, weekDay]) => `${minute} ${hour} * * ${weekDay}`);
    fc.assert(
      fc.property(zone, cron, fc.nat(730), (timezone, text, day) => {
        const schedule = { cron: text, timezone };
        const ms = lastDue(schedule, at("2026-01-08T00:00Z") + day * DAY_MS, 8 * DAY_MS);
        if (ms === undefined) return;
        const { minutes, hours } = utcTimes(schedule, at("2026-01-01T00:00Z"));
        expect(minutes).toContain(new Date(ms).getUTCMinutes());
        expect(hours).toContain(new Date(ms).getUTCHours());
      }),
      { numRuns: 60 },
    );
  });
});

describe("what was due last", () => {
  test("is told by the local time, at the minute or some time after", () => {
    expect(due("30 3 * * *", "Asia/Tokyo", "2026-11-28T18:30:00.250Z")).toBe("2026-11-28T18:30:00.000Z");
    expect(due("30 3 * * *", "Asia/Tokyo", "2026-11-28T18:44:10Z")).toBe("2026-11-28T18:30:00.000Z");
    expect(due("30 3 * * *", "Asia/Tokyo", "2026-11-28T18:44:10Z", 600_000)).toBeUndefined();
    expect(due("0 3 * * *", "Europe/Berlin", "2026-07-01T02:00:05Z", 1_800_000)).toBeUndefined();
    expect(due("0 3 * * *", "Europe/Berlin", "2026-07-01T01:00:05Z", 1_800_000)).toBe(
      "2026-07-01T01:00:00.000Z",
    );
    expect(due("0 3 * * *", "Europe/Berlin", "2026-12-01T02:00:05Z", 1_800_000)).toBe(
      "2026-12-01T02:00:00.000Z",
    );
  });

  test("keeps to days of the week and of the month in the zone, not in UTC", () => {
    expect(due("0 3 * * 1", "Asia/Tokyo", "2026-11-29T18:00:01Z", 60_000)).toBe("2026-11-29T18:00:00.000Z");
    expect(due("0 3 * * 0", "Asia/Tokyo", "2026-11-29T18:00:01Z", 60_000)).toBeUndefined();
    expect(due("0 3 1 * *", "Asia/Tokyo", "2026-11-30T18:00:01Z", 60_000)).toBe("2026-11-30T18:00:00.000Z");
    expect(due("0 3 * * 7", "UTC", "2026-11-29T03:00:01Z", 60_000)).toBe("2026-11-29T03:00:00.000Z");
  });

  test("comes once where clocks are put back, and not at all where the hour is left out", () => {
    const berlin = (now: string) => due("30 2 * * *", "Europe/Berlin", now, 1_800_000);
    expect(berlin("2026-10-25T00:30:01Z")).toBe("2026-10-25T00:30:00.000Z");
    expect(berlin("2026-10-25T01:30:01Z")).toBeUndefined();
    expect(berlin("2026-03-29T00:30:01Z")).toBeUndefined();
    expect(berlin("2026-03-29T01:30:01Z")).toBeUndefined();
    expect(berlin("2026-03-30T00:30:01Z")).toBe("2026-03-30T00:30:00.000Z");
  });
});
