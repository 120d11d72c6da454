import { codeOf, type Failure, toFailure } from "../../errors/stillpoint-error.ts";
import type { Collection, Listing, Stored } from "../store.ts";
import { damaged, unreadable } from "./failure.ts";
import { type Item, type ItemTable, textIn } from "./item-table.ts";
import { idOfText, recordKey } from "./keys.ts";
import { itemAt, itemsOf } from "./questions.ts";
import { storedValue } from "./stored-value.ts";
import { parseVersion } from "./version.ts";

/** Each time the record was replaced while its parts were read. */
const MOST_LOOKS = 20;

export function subjectOf(collection: Collection, id: string): string {
  return `"${id}" of "${collection}"`;
}

export async function readRecord(
  table: ItemTable,
  collection: Collection,
  id: string,
): Promise<Stored | undefined> {
  const item = await itemAt(table, recordKey(collection, id));
  if (item === undefined) return undefined;
  const stored = await storedOf(table, collection, item);
  if (stored.id === id) return stored;
  throw damaged(table, subjectOf(collection, id), `it holds record "${stored.id}"`);
}

export async function listRecords(table: ItemTable, collection: Collection): Promise<Listing> {
  const outcomes: (Stored | Failure)[] = [];
  for await (const item of itemsOf(table, collection))
    outcomes.push(await storedOrDamaged(table, collection, item));
  return listingOf(outcomes);
}

export function listingOf(outcomes: readonly (Stored | Failure)[]): Listing {
  const records = outcomes.filter((one) => "version" in one).sort((a, b) => (a.id < b.id ? -1 : 1));
  return { records, damaged: outcomes.filter((one) => "code" in one) };
}

/** One damaged record must not hide the others; that the table does not answer is another matter. */
export async function storedOrDamaged(
  table: ItemTable,
  collection: Collection,
  item: Item,
): Promise<Stored | Failure> {
  try {
    return await storedOf(table, collection, item);
  } catch (error) {
    if (codeOf(error) === "CATALOG_DAMAGED") return toFailure(error);
    throw error;
  }
}

/** The record with its value, read again where a newer one has taken its parts away meanwhile. */
async function storedOf(table: ItemTable, collection: Collection, found: Item): Promise<Stored> {
  let { id, version } = identityOf(table, collection, found);
  let item = found;
  for (let look = 1; look <= MOST_LOOKS; look++) {
    const stored = await storedValue(table, item, subjectOf(collection, id));
    if (stored !== undefined) return { id, value: stored.value, version };
    const again = await itemAt(table, recordKey(collection, id));
    if (again === undefined || textIn(again, "version") === version)
      throw damaged(table, subjectOf(collection, id), "parts of it are missing");
    item = again;
    ({ id, version } = identityOf(table, collection, item));
  }
  const deed = { action: "read", subject: subjectOf(collection, id) };
  throw unreadable(table, deed, `it was replaced ${MOST_LOOKS} times meanwhile; nothing was changed`);
}

function identityOf(table: ItemTable, collection: Collection, item: Item): { id: string; version: string } {
  const [id, version] = [textIn(item, "id"), textIn(item, "version")];
  if (id !== undefined && version !== undefined && parseVersion(version) !== undefined)
    return { id: idOfText(id), version };
  throw damaged(table, subjectOf(collection, item.sk), "it lacks its id or its version");
}
