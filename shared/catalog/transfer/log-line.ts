import { CatalogLine } from "../catalog-line.ts";

/** An envelope around an envelope around a line is more than any host makes. */
const MOST_ENVELOPES = 3;
const OURS = /^catalog-(record|journal|part)$/;
const TIME_BEFORE = /^\s*(\d{4}-\d\d-\d\dT[\d:.]+Z|\d{13})\s/;

export interface LogLine {
  /** The line of ours, what is wrong with it, or nothing where the line tells of something else. */
  readonly line: CatalogLine | string | undefined;
  /** When it was logged, where that is written before or around it. */
  readonly atMs?: number;
}

/** Takes a line of ours out of a line of a log. */
export function logLine(text: string): LogLine {
  if (!text.includes("catalog-")) return { line: undefined };
  let atMs = msOf(TIME_BEFORE.exec(text)?.[1]);
  let value = jsonIn(text);
  for (let depth = 0; depth < MOST_ENVELOPES; depth++) {
    const { kind, message, timestamp } = (value ?? {}) as Readonly<Record<string, unknown>>;
    atMs ??= msOf(timestamp);
    if (typeof kind === "string" && OURS.test(kind))
      return { line: parsed(value), ...(atMs !== undefined && { atMs }) };
    value = typeof message === "string" ? jsonIn(message) : message;
  }
  return { line: cutShort(text) };
}

function parsed(value: unknown): CatalogLine | string {
  const line = CatalogLine.safeParse(value);
  return line.success ? line.data : line.error.issues.map((issue) => issue.message).join("; ");
}

/** Of a time in ms or as a date. */
function msOf(time: unknown): number | undefined {
  if (typeof time !== "number" && typeof time !== "string") return undefined;
  const ms = /^\d+$/.test(String(time)) ? Number(time) : Date.parse(String(time));
  return Number.isFinite(ms) ? ms : undefined;
}

/** A time, a stream's name or a request's id may stand before the JSON. */
function jsonIn(text: string): unknown {
  const start = text.indexOf("{");
  if (start < 0) return undefined;
  try {
    return JSON.parse(text.slice(start));
  } catch {
    return undefined;
  }
}

function cutShort(text: string): string | undefined {
  return /"kind\\*":\\*"catalog-(record|journal|part)\\*"/.test(text) ? "it is cut short" : undefined;
}
