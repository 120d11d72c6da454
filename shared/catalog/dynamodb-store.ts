import { asking, writing } from "./dynamodb/failure.ts";
import { appendEntry, deedOf as deedOfEntry, journalSubject, readJournal } from "./dynamodb/journals.ts";
import { listOpenRecords } from "./dynamodb/open-records.ts";
import { Patience } from "./dynamodb/patience.ts";
import { listRecords, readRecord, subjectOf } from "./dynamodb/records.ts";
import type { CatalogTable } from "./dynamodb/table.ts";
import { deedOf, writeRecord } from "./dynamodb/write-record.ts";
import type { Store } from "./store.ts";

/**
 * A catalog in one DynamoDB table, for hosts that share nothing else. A record is one item, conditional on the version
 * before it; what an item cannot hold lies in parts beside it, written before it and seen by nobody until it is.
 */
export function dynamodbStore(table: CatalogTable): Store {
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
      const patience = new Patience();
      return writing(table, deedOf(write), patience, () => writeRecord(table, write, patience));
    },

    append(run, index, entry) {
      const patience = new Patience();
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
