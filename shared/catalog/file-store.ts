import { readdir, stat, unlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ifMissing, isTemporary, makeFolder } from "./file/durable-file.ts";
import { reporting } from "./file/failure.ts";
import { lockingFolder } from "./file/folder-lock.ts";
import { appendEntry, journalFile, type Known, readJournal } from "./file/journals.ts";
import { listRecords, readRecord, recordFile, replaceRecord } from "./file/records.ts";
import { openOf } from "./standing.ts";
import type { Store } from "./store.ts";

/** A temporary file of a living process is milliseconds old. */
const ABANDONED_AFTER_MS = 600_000;

/**
 * A catalog in a folder that a person can read: `pauses/ID.json`, `journals/RUN.jsonl` and so on. Reading takes
 * no lock, since files appear whole; writing takes the lock of its folder.
 */
export function fileStore(directory: string): Store {
  const root = resolve(directory);
  const journals = join(root, "journals");
  const known = new Map<string, Known>();
  const tidied = new Set<string>();

  /** Before the first write: the folder is made where it is missing, and freed of what killed processes left. */
  async function tidy(folder: string): Promise<void> {
    await makeFolder(folder);
    if (!tidied.has(folder)) await removeAbandoned(folder);
    tidied.add(folder);
  }

  return {
    read(collection, id) {
      const file = recordFile(join(root, collection), id);
      return reporting("read", file, () => readRecord(file, id));
    },

    list(collection) {
      const folder = join(root, collection);
      return reporting("list", folder, () => listRecords(folder));
    },

    listOpen(collection) {
      const folder = join(root, collection);
      return reporting("list", folder, async () => openOf(collection, await listRecords(folder)));
    },

    write(collection, id, value, expected) {
      const folder = join(root, collection);
      return reporting("write", recordFile(folder, id), async () => {
        await tidy(folder);
        return replaceRecord(folder, id, value, expected);
      });
    },

    append(journal, index, entry) {
      const file = journalFile(journals, journal);
      return reporting("append to", file, async () => {
        await tidy(journals);
        await lockingFolder(journals, async () => {
          const before = known.get(file);
          known.delete(file);
          known.set(file, await appendEntry(file, index, entry, before));
        });
      });
    },

    journal(journal) {
      const file = journalFile(journals, journal);
      return reporting("read", file, async () => (await readJournal(file)).entries);
    },
  };
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter(isTemporary)) {
    const file = join(folder, name);
    const found = await stat(file).catch(ifMissing(() => undefined));
    if (found === undefined || Date.now() - found.mtimeMs < ABANDONED_AFTER_MS) continue;
    await unlink(file).catch(ifMissing(() => undefined));
  }
}
