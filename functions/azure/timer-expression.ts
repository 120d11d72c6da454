import { type CronSchedule, utcTimes } from "../../shared/config/schedule-time.ts";

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
const DAY_MS = 24 * HOUR_MINUTES * MINUTE_MS;

/**
 * When the host fires a timer, as NCRONTAB of six fields in UTC: at every hour that may be the due one, since the plan
 * that the functions run on knows no time zones.
 */
export function timerExpression(schedule: CronSchedule, nowMs: number): string {
  const { minutes, hours } = utcTimes(schedule, nowMs);
  return `0 ${minutes.join(",")} ${hours.join(",")} * * *`;
}

/** When such a timer was to fire last, whether or not anything was due then. */
export function lastFired(schedule: CronSchedule, nowMs: number): number | undefined {
  const { minutes, hours } = utcTimes(schedule, nowMs);
  const first = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  for (let ms = first; ms > first - DAY_MS; ms -= MINUTE_MS) {
    const at = new Date(ms);
    if (minutes.includes(at.getUTCMinutes()) && hours.includes(at.getUTCHours())) return ms;
  }
  return undefined;
}

/** Every so often; the configuration takes only what divides an hour. */
export function every(ms: number): string {
  const minutes = ms / MINUTE_MS;
  return minutes === HOUR_MINUTES ? "0 0 * * * *" : `0 */${minutes} * * * *`;
}
