import { randomUUID } from "node:crypto";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { commit, IF_ABSENT } from "./commit.ts";
import { contentOf } from "./content.ts";
import { damaged, unreadable } from "./failure.ts";
import { type Deed, type ItemTable, textIn } from "./item-table.ts";
import { entryKey, indexOfKey, journalOf } from "./keys.ts";
import { tidy } from "./leftovers.ts";
import type { Patience } from "./patience.ts";
import { itemAt, itemsOf } from "./questions.ts";
import { storedValue } from "./stored-value.ts";
import { GIVEN_UP } from "./write-record.ts";

export interface EntryWrite {
  readonly run: string;
  readonly index: number;
  readonly entry: unknown;
  /** Whether this process knows that the entry before is there: entries are never taken away. */
  readonly follows: boolean;
}

export async function appendEntry(table: ItemTable, write: EntryWrite, patience: Patience): Promise<void> {
  const { run, index, entry, follows } = write;
  const key = entryKey(run, index);
  if (index > 0 && !follows && (await itemAt(table, entryKey(run, index - 1), patience)) === undefined)
    throw outOfTurn(table, write);
  const content = await contentOf(entry);
  const token = randomUUID();
  const put = { token, key, attributes: {}, content, condition: IF_ABSENT, beside: [] };
  if ((await commit(table, put, patience)) === "refused") {
    const found = await itemAt(table, key, patience);
    if (found === undefined) throw unreadable(table, deedOf(write), GIVEN_UP);
    // Else it was this very write, carried out before and unheard.
    if (textIn(found, "token") !== token) throw outOfTurn(table, write);
  }
  if (content.parts.length > 0) await tidy(table);
}

export function journalSubject(run: string): string {
  return `journal "${run}"`;
}

export function deedOf({ run, index }: Pick<EntryWrite, "run" | "index">): Deed {
  return { action: `append entry ${index} to`, subject: journalSubject(run) };
}

/** A run resumed without an entry would repeat a step, so one that is missing is damage wherever it is seen. */
export async function readJournal(table: ItemTable, run: string): Promise<readonly unknown[]> {
  const entries: unknown[] = [];
  for await (const item of itemsOf(table, journalOf(run))) {
    const index = entries.length;
    if (indexOfKey(item) !== index) throw damaged(table, journalSubject(run), `entry ${index} is missing`);
    const subject = `entry ${index} of ${journalSubject(run)}`;
    const stored = await storedValue(table, item, subject);
    if (stored === undefined) throw damaged(table, subject, "parts of it are missing");
    entries.push(stored.value);
  }
  return entries;
}

function outOfTurn(table: ItemTable, { run, index }: EntryWrite): StillpointError {
  return new StillpointError(
    "CATALOG_CONFLICT",
    `cannot append entry ${index} to ${journalSubject(run)} in ${table.where}, where it is not the next: ` +
      "another process is at work on the same run; nothing was written",
  );
}
