import { StillpointError } from "../../errors/stillpoint-error.ts";

const NEWLINE = 0x0a;

/** A journal as read: one line of JSON per entry, numbered from 0. */
export interface JournalText {
  readonly entries: readonly unknown[];
  /** Where the whole lines end, in bytes. What follows was cut by a crash and is overwritten by the next entry. */
  readonly end: number;
  /** Set where the last whole line lacks its newline: an editor, or a crash just before it, took it away. */
  readonly newlineMissing: boolean;
}

export const EMPTY_JOURNAL: JournalText = { entries: [], end: 0, newlineMissing: false };

export function lineOf(index: number, entry: unknown): string {
  return `${JSON.stringify({ index, entry })}\n`;
}

/**
 * Reads a journal. Only its very end may be damaged, by a crash in the middle of an append that nobody was told
 * had succeeded; damage anywhere else is `CATALOG_DAMAGED`, since a run resumed without an entry would repeat a step.
 */
export function parseJournal(file: string, bytes: Buffer): JournalText {
  const end = startOfTail(bytes);
  const lines = bytes.toString("utf8", 0, end).split("\n").slice(0, -1);
  const entries = lines.map((line, index) => entryOf(line, index) ?? damaged(file, index));
  const last = entryOf(bytes.toString("utf8", end), entries.length);
  if (last === undefined) return { entries: entries.map(unwrap), end, newlineMissing: false };
  return { entries: [...entries, last].map(unwrap), end: bytes.length, newlineMissing: true };
}

/** After a power failure a file may have grown before its bytes arrived: zeros, perhaps with the newline after them. */
function startOfTail(bytes: Buffer): number {
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  const lastLine = end < 2 ? 0 : bytes.lastIndexOf(NEWLINE, end - 2) + 1;
  return bytes.subarray(lastLine, end).includes(0) ? lastLine : end;
}

interface Line {
  readonly index: number;
  readonly entry?: unknown;
}

function entryOf(line: string, index: number): Line | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return (parsed as Line | null)?.index === index ? (parsed as Line) : undefined;
  } catch {
    return undefined;
  }
}

function unwrap(line: Line): unknown {
  return line.entry;
}

function damaged(file: string, index: number): never {
  throw new StillpointError(
    "CATALOG_DAMAGED",
    `cannot read journal "${file}": line ${index + 1} is not entry ${index}; nothing was changed`,
  );
}
