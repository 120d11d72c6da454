import { fixtureText, itemOfJson } from "./fixture-source.ts";
import { loadJournal } from "./journal-replay.ts";

/** The journal in doubt begins after its schema was loaded, so the metadata comes from the copy beside it. */
function metadataItems() {
  const lines = fixtureText("indoubt.jsonl").split("\n").filter(Boolean);
  const all = lines.map((line) => JSON.parse(line) as { table: string; item: unknown });
  return all
    .filter(({ table }) => table === "prod_scalardb.metadata")
    .map(({ table, item }) => ({ table, item: itemOfJson(item) }));
}

/** Of a real Ledger. */
export const LEDGER_JOURNALS = [
  { name: "under load until it was killed", journal: loadJournal("prefix-run.journal.jsonl.gz", "prod_") },
  { name: "killed three times", journal: loadJournal("indoubt.journal.jsonl.gz", "prod_", metadataItems()) },
];
