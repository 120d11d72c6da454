import { codeOf, messageOf } from "../../errors/stillpoint-error.ts";
import type { WholeLine } from "../catalog-line.ts";
import { COLLECTIONS, revisionOf, type Store } from "../store.ts";

export const EXPORT_SCHEMA = 1;

/** Begins an exported catalog. */
export interface FirstLine {
  readonly kind: "catalog-export";
  readonly schema: number;
}

/** Ends it: a file without this line was cut. */
export interface LastLine {
  readonly kind: "catalog-export-end";
  readonly records: number;
  readonly entries: number;
}

export type ExportLine = FirstLine | WholeLine | LastLine;

/**
 * The whole catalog, line by line. Records come before the journals of their runs, so a run that goes on meanwhile has
 * at least the entries that it had. What cannot be read is told and left out.
 */
export async function* exportLines(
  store: Store,
  unreadable: (message: string) => void,
): AsyncGenerator<ExportLine> {
  const count = { records: 0, entries: 0 };
  const runs: string[] = [];
  yield { kind: "catalog-export", schema: EXPORT_SCHEMA };
  for (const collection of COLLECTIONS) {
    const { records, damaged } = await store.list(collection);
    for (const { message } of damaged) unreadable(message);
    for (const { id, value, version } of records) {
      if (collection === "runs") runs.push(id);
      count.records++;
      yield { kind: "catalog-record", collection, id, revision: revisionOf(version), value };
    }
  }
  for (const run of runs) {
    for (const [index, entry] of (await journalOf(store, run, unreadable)).entries()) {
      count.entries++;
      yield { kind: "catalog-journal", run, index, entry };
    }
  }
  yield { kind: "catalog-export-end", ...count };
}

async function journalOf(store: Store, run: string, unreadable: (message: string) => void) {
  try {
    return await store.journal(run);
  } catch (error) {
    if (codeOf(error) !== "CATALOG_DAMAGED") throw error;
    unreadable(messageOf(error));
    return [];
  }
}
