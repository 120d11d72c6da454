import { type CronFields, cronFields } from "./cron.ts";

export interface CronSchedule {
  readonly cron: string;
  readonly timezone: string;
}

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;
/** Zones change their clocks by an hour, and one by half an hour. */
const CHANGES_MINUTES = [30, 60];
/** A year and a little: every offset that the zone has comes up. */
const DAYS_LOOKED_AT = 370;

/**
 * When a timer that knows UTC only has to fire so that it fires at every due time, whatever offset the zone has then:
 * minutes and hours, each ascending. More often than due; what is due is told by `lastDue`.
 */
export function utcTimes(
  { cron, timezone }: CronSchedule,
  fromMs: number,
): { readonly minutes: readonly number[]; readonly hours: readonly number[] } {
  const [minutes, hours] = fieldsOf(cron);
  const offsets = offsetsOf(timezone, fromMs);
  const times = hours.flatMap((hour) =>
    minutes.flatMap((minute) =>
      offsets.map((offset) => (hour * HOUR_MINUTES + minute - offset + 2 * DAY_MINUTES) % DAY_MINUTES),
    ),
  );
  return {
    minutes: ascending(times.map((time) => time % HOUR_MINUTES)),
    hours: ascending(times.map((time) => Math.floor(time / HOUR_MINUTES))),
  };
}

/**
 * The last due time at or before a moment, no further back than `mostMs`: what a timer was to do that fired now. A local
 * time that comes twice, as clocks are put back, is due the first time; one that is left out is not due that day.
 */
export function lastDue(schedule: CronSchedule, nowMs: number, mostMs: number): number | undefined {
  const fields = fieldsOf(schedule.cron);
  const local = localTime(schedule.timezone);
  const first = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  for (let ms = first; ms >= nowMs - mostMs; ms -= MINUTE_MS)
    if (matches(fields, local(ms)) && !CHANGES_MINUTES.some((by) => isRepeated(local, ms, by))) return ms;
  return undefined;
}

interface LocalTime {
  readonly minute: number;
  readonly hour: number;
  readonly monthDay: number;
  readonly month: number;
  readonly weekDay: number;
}

function matches(
  [minutes, hours, monthDays, months, weekDays]: CronFields,
  { minute, hour, monthDay, month, weekDay }: LocalTime,
): boolean {
  return (
    minutes.includes(minute) &&
    hours.includes(hour) &&
    monthDays.includes(monthDay) &&
    months.includes(month) &&
    weekDays.some((day) => day % 7 === weekDay)
  );
}

function isRepeated(local: (ms: number) => LocalTime, ms: number, minutes: number): boolean {
  const [now, before] = [local(ms), local(ms - minutes * MINUTE_MS)];
  return now.minute === before.minute && now.hour === before.hour && now.monthDay === before.monthDay;
}

const WEEK_DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function localTime(timeZone: string): (ms: number) => LocalTime {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    minute: "numeric",
    hour: "numeric",
    day: "numeric",
    month: "numeric",
    weekday: "short",
  });
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
    return {
      minute: number("minute"),
      hour: number("hour"),
      monthDay: number("day"),
      month: number("month"),
      weekDay: WEEK_DAYS.indexOf(parts.get("weekday") ?? ""),
    };
  };
}

/** In minutes ahead of UTC. */
function offsetsOf(timezone: string, fromMs: number): readonly number[] {
  const local = localTime(timezone);
  const days = Array.from({ length: DAYS_LOOKED_AT }, (_, day) => fromMs + day * DAY_MINUTES * MINUTE_MS);
  return [...new Set(days.map((ms) => offsetAt(local(ms), ms)))];
}

function offsetAt({ hour, minute }: LocalTime, ms: number): number {
  const utc = new Date(ms);
  const ahead = hour * HOUR_MINUTES + minute - (utc.getUTCHours() * HOUR_MINUTES + utc.getUTCMinutes());
  // No zone is more than 14 hours ahead or 12 behind: what looks so is of the next day or the one before.
  if (ahead > 14 * HOUR_MINUTES) return ahead - DAY_MINUTES;
  return ahead < -12 * HOUR_MINUTES ? ahead + DAY_MINUTES : ahead;
}

function ascending(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** The configuration has checked it. */
function fieldsOf(cron: string): CronFields {
  const fields = cronFields(cron);
  if (typeof fields === "string") throw new TypeError(`the schedule "${cron}" ${fields}`);
  return fields;
}
