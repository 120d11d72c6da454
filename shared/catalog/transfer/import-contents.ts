import { codeOf, StillpointError } from "../../errors/stillpoint-error.ts";
import { COLLECTIONS, type Collection, type Store } from "../store.ts";
import { beginsWith, type Contents, NOT_MOVED } from "./contents.ts";

/** Open pauses first, since a sweep may look for them at once; runs after the journals that they are resumed by. */
const ORDER: readonly Collection[] = ["pauses", "leases", "points", "runs"];

export interface Imported {
  /** How many were written, by collection. */
  readonly records: Readonly<Partial<Record<Collection, number>>>;
  readonly entries: number;
  /** Records that were there already, and stay as they are. */
  readonly kept: number;
  /** Heartbeats, which are not moved. */
  readonly leftOut: number;
}

/**
 * Writes what is absent, and never over anything. Without `merge` the catalog must be empty. Whatever stands in the way
 * is found before the first write.
 */
export async function importContents(
  store: Store,
  contents: Contents,
  { merge }: { readonly merge: boolean },
): Promise<Imported> {
  if (!merge) await expectEmpty(store);
  const entries = await missingEntries(store, contents);
  const journals = async () => {
    for (const { run, index, entry } of entries) await store.append(run, index, entry);
  };
  const written: Partial<Record<Collection, number>> = {};
  let kept = 0;
  const moved = contents.records.filter(({ collection }) => !NOT_MOVED.includes(collection));
  const inOrder = [...ORDER, ...COLLECTIONS.filter((one) => !ORDER.includes(one))];
  for (const collection of inOrder) {
    if (collection === "runs") await journals();
    for (const { id, value } of moved.filter((record) => record.collection === collection)) {
      if (await writeIfAbsent(store, collection, id, value))
        written[collection] = (written[collection] ?? 0) + 1;
      else kept++;
    }
  }
  return {
    records: written,
    entries: entries.length,
    kept,
    leftOut: contents.records.length - moved.length,
  };
}

async function expectEmpty(store: Store): Promise<void> {
  const moved = COLLECTIONS.filter((collection) => !NOT_MOVED.includes(collection));
  const found = await Promise.all(
    moved.map(async (collection) => {
      const { records, damaged } = await store.list(collection);
      return { collection, count: records.length + damaged.length };
    }),
  );
  const there = found
    .filter(({ count }) => count > 0)
    .map(({ collection, count }) => `${collection} (${count})`);
  if (there.length === 0) return;
  throw new StillpointError(
    "CATALOG_NOT_EMPTY",
    `the catalog holds records already: ${there.join(", ")}; nothing was written`,
  );
}

interface MissingEntry {
  readonly run: string;
  readonly index: number;
  readonly entry: unknown;
}

/** The rest of each journal that is there in part; one that goes another way belongs to another history. */
async function missingEntries(store: Store, { journals }: Contents): Promise<readonly MissingEntry[]> {
  const missing: MissingEntry[] = [];
  const strange: string[] = [];
  for (const [run, entries] of journals) {
    const there = await store.journal(run);
    const shorter = Math.min(there.length, entries.length);
    if (beginsWith(entries, there.slice(0, shorter)))
      missing.push(...entries.slice(shorter).map((entry, at) => ({ run, index: shorter + at, entry })));
    else strange.push(`"${run}"`);
  }
  if (strange.length === 0) return missing;
  throw new StillpointError(
    "CATALOG_NOT_EMPTY",
    `the catalog has other journals than the file for ${strange.join(", ")}; nothing was written`,
  );
}

async function writeIfAbsent(
  store: Store,
  collection: Collection,
  id: string,
  value: unknown,
): Promise<boolean> {
  try {
    await store.write(collection, id, value, "absent");
    return true;
  } catch (error) {
    if (codeOf(error) === "CATALOG_CONFLICT") return false;
    throw error;
  }
}
