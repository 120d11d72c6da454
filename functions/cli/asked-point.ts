import type { SettleChoice } from "../../shared/deployment/plan-restore.ts";
import type { WantedSearch } from "../../shared/deployment/search/wanted-search.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { type AskedSecond, askedProblems, LATEST } from "../../shared/restore/asked-problems.ts";
import type { PointChoice } from "../../shared/restore/choose-point.ts";

const TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2})?(Z|[+-]\d{2}:\d{2})$/;

/** A quiet second is searched for before anything can be planned. */
interface NearestChoice extends Pick<WantedSearch, "nearest" | "direction"> {
  readonly kind: "nearest";
}

export type AskedPoint = PointChoice | SettleChoice | NearestChoice;

const OPTIONS: Readonly<Record<keyof AskedSecond, string>> = {
  point: "--point ID",
  at: "--at TIME",
  settle: "--settle",
  nearest: "--nearest TIME",
  after: "--after",
  acceptObserved: "--accept-observed",
};

/** What is to be restored to: `--point ID`, `--at TIME` with or without `--settle`, or `--nearest TIME`. */
export function askedPoint(options: AskedSecond, nowMs: number): AskedPoint {
  const { point, at, settle = false, nearest, after = false } = options;
  const problems = [
    ...askedProblems(options, (what) => OPTIONS[what]),
    ...timeProblems("--at", at, nowMs),
    ...timeProblems("--nearest", nearest, nowMs),
  ];
  if (problems.length > 0)
    throw new StillpointError(
      "USAGE",
      `what to restore to is not clear: ${problems.join("; ")}; nothing was done`,
    );
  if (point !== undefined) return { kind: "id", id: point };
  if (nearest !== undefined)
    return { kind: "nearest", nearest: secondOf(nearest), direction: after ? "after" : "before" };
  if (settle) return { kind: "settle", at: secondOf(at) };
  return { kind: "at", atMs: parsedTime(at) ?? Number.NaN };
}

/** ISO 8601 with a zone: a time that everybody reads the same way, and that has come already. */
function timeProblems(option: string, text: string | undefined, nowMs: number): readonly string[] {
  if (text === undefined || text === LATEST) return [];
  const ms = parsedTime(text);
  if (ms === undefined)
    return [
      `cannot read ${option} "${text}": it must be a date and a time with Z or an offset, such as 2026-11-21T18:00Z or 2026-11-22T03:00:00+09:00`,
    ];
  if (ms <= nowMs) return [];
  return [`${option} "${text}" lies in the future (it is ${new Date(nowMs).toISOString()} now)`];
}

/** Times are typed in whole seconds. */
function secondOf(text: string | undefined): number | typeof LATEST {
  return text === LATEST ? LATEST : (parsedTime(text) ?? Number.NaN) / 1000;
}

function parsedTime(text = ""): number | undefined {
  const [, date, time, seconds = ":00", zone] = TIME.exec(text) ?? [];
  if (date === undefined) return undefined;
  const ms = Date.parse(`${date}T${time}${seconds}${zone}`);
  if (Number.isNaN(ms)) return undefined;
  // February 30 is read as March 2.
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date) ? ms : undefined;
}
