import { asking, writing } from "./parted/failure.ts";
import type { ItemTable } from "./parted/item-table.ts";
import { appendEntry, deedOf as deedOfEntry, journalSubject, readJournal } from "./parted/journals.ts";
import { listOpenRecords } from "./parted/open-records.ts";
import { Patience } from "./parted/patience.ts";
import { listRecords, readRecord, subjectOf } from "./parted/records.ts";
import { deedOf, writeRecord } from "./parted/write-record.ts";
import type { Store } from "./store.ts";

/**
 * A catalog in one table of a cloud. A record is one item, conditional on the version before it; what an item cannot
 * hold lies in parts beside it, written before it and seen by nobody until it is.
 */
export function partedStore(table: ItemTable): Store {
  /** How far each journal is known to reach. */
  const reach = new Map<string, number>();

  return {
    read(collection, id) {
      const deed = { action: "read", subject: subjectOf(collection, id) };
      return asking(table, deed, () => readRecord(table, collection, id));
    },

    list(collection) {
      const deed = { action: "list", subject: `"${collection}"` };
      return asking(table, deed, () => listRecords(table, collection));
    },

    listOpen(collection) {
      const deed = { action: "list", subject: `what is open of "${collection}"` };
      return asking(table, deed, () => listOpenRecords(table, collection));
    },

    write(collection, id, value, expected) {
      const write = { collection, id, value, expected };
      const patience = new Patience(table);
      return writing(table, deedOf(write), patience, () => writeRecord(table, write, patience));
    },

    append(run, index, entry) {
      const patience = new Patience(table);
      return writing(table, deedOfEntry({ run, index }), patience, async () => {
        await appendEntry(table, { run, index, entry, follows: reach.get(run) === index - 1 }, patience);
        reach.set(run, index);
      });
    },

    journal(run) {
      return asking(table, { action: "read", subject: journalSubject(run) }, () => readJournal(table, run));
    },
  };
}
