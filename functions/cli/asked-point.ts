import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { PointChoice } from "../../shared/restore/choose-point.ts";

const TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2})?(Z|[+-]\d{2}:\d{2})$/;

/** Which restore point was asked for: `--point ID` or `--at TIME`. */
export function askedPoint(
  { point, at }: { readonly point?: string; readonly at?: string },
  nowMs: number,
): PointChoice {
  if (point !== undefined && at === undefined) return { kind: "id", id: point };
  if (at !== undefined && point === undefined) return { kind: "at", atMs: askedTime(at, nowMs) };
  throw new StillpointError(
    "USAGE",
    `which restore point is not clear: give either --point ID or --at TIME${point === undefined ? "" : ", not both"}; nothing was done`,
  );
}

/** ISO 8601 with a zone: a time that everybody reads the same way, and that has come already. */
export function askedTime(text: string, nowMs: number): number {
  const ms = parsedTime(text);
  if (ms === undefined)
    throw new StillpointError(
      "USAGE",
      `cannot read --at "${text}": it must be a date and a time with Z or an offset, such as 2026-11-21T18:00Z or 2026-11-22T03:00:00+09:00; nothing was done`,
    );
  if (ms > nowMs)
    throw new StillpointError(
      "USAGE",
      `cannot restore to --at "${text}": it lies in the future (it is ${new Date(nowMs).toISOString()} now); nothing was done`,
    );
  return ms;
}

function parsedTime(text: string): number | undefined {
  const [, date, time, seconds = ":00", zone] = TIME.exec(text) ?? [];
  if (date === undefined) return undefined;
  const ms = Date.parse(`${date}T${time}${seconds}${zone}`);
  if (Number.isNaN(ms)) return undefined;
  // February 30 is read as March 2.
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date) ? ms : undefined;
}
