import { StillpointError } from "../../errors/stillpoint-error.ts";

/** The first whole second that is not before it. */
export function secondAfter(time: Date | undefined): number | undefined {
  return time && Math.ceil(time.getTime() / 1000);
}

/** `10/26/2021 5:27:45 PM`, as some answers have it. */
const AMERICAN = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}):(\d{2}) (AM|PM)$/;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/;

/** What the service answers before there is any backup: the beginning of its time. */
const NONE_YET_BEFORE = 86_400;

/**
 * The whole second that a restorable timestamp grants; null where there is no backup yet. Both of the service's
 * formats are meant in UTC, whether they say so or not.
 */
export function restorableSecond(text: string): number | null {
  const second = Math.floor(msOf(text.trim()) / 1000);
  if (Number.isNaN(second))
    throw new StillpointError("DATABASE_REFUSED", `the service answered "${text}" for a time`);
  return second < NONE_YET_BEFORE ? null : second;
}

const MONTHS = 12;
const MOST_DAYS = 31;

function msOf(text: string): number {
  const american = AMERICAN.exec(text);
  if (american !== null) return americanMs(american);
  const iso = ISO.exec(text);
  if (iso === null) return Number.NaN;
  return Date.parse(iso[1] === undefined ? `${text}Z` : text);
}

/** Not a time where the day comes first: what overflows would be a later one, and covered by it what is not. */
function americanMs([, month, day, year, hour, minute, second, half]: RegExpExecArray): number {
  if (Number(month) > MONTHS || Number(day) > MOST_DAYS) return Number.NaN;
  const hours = (Number(hour) % 12) + (half === "PM" ? 12 : 0);
  return Date.UTC(Number(year), Number(month) - 1, Number(day), hours, Number(minute), Number(second));
}
