import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { ifMissing, syncFolder, writeEnd } from "./durable-file.ts";
import { fileNameOf } from "./file-name.ts";
import { EMPTY_JOURNAL, type JournalText, lineOf, parseJournal } from "./journal-text.ts";

/** How far this process knows a journal: whoever else appends makes it longer, so equal size means nothing new. */
export interface Known {
  readonly size: number;
  readonly count: number;
}

export function journalFile(folder: string, journal: string): string {
  return join(folder, `${fileNameOf(journal)}.jsonl`);
}

export async function readJournal(file: string): Promise<JournalText> {
  const bytes = await readFile(file).catch(ifMissing(() => undefined));
  return bytes === undefined ? EMPTY_JOURNAL : parseJournal(file, bytes);
}

/** Appends entry `index` where it is the next one. The caller holds the lock of the folder. */
export async function appendEntry(
  file: string,
  index: number,
  entry: unknown,
  known?: Known,
): Promise<Known> {
  const size = (await stat(file).catch(ifMissing(() => undefined)))?.size;
  const { count, end, newlineMissing } = known?.size === size && known ? atEnd(known) : await endOf(file);
  if (index !== count) throw outOfTurn(file, index, count);
  const bytes = Buffer.from((newlineMissing ? "\n" : "") + lineOf(index, entry));
  await writeEnd(file, end, bytes);
  if (size === undefined) await syncFolder(dirname(file));
  return { size: end + bytes.length, count: count + 1 };
}

function atEnd({ size, count }: Known) {
  return { count, end: size, newlineMissing: false };
}

async function endOf(file: string) {
  const { entries, end, newlineMissing } = await readJournal(file);
  return { count: entries.length, end, newlineMissing };
}

function outOfTurn(file: string, index: number, count: number): StillpointError {
  return new StillpointError(
    "CATALOG_CONFLICT",
    `cannot append entry ${index} to journal "${file}", which has ${count} entries: ` +
      "another process is at work on the same run; nothing was written",
  );
}
