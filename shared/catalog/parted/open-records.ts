import { setTimeout as delay } from "node:timers/promises";
import { concurrently } from "../../databases/concurrently.ts";
import { type Failure, toFailure } from "../../errors/stillpoint-error.ts";
import { isOpen } from "../standing.ts";
import type { Collection, Listing, Stored } from "../store.ts";
import { damaged } from "./failure.ts";
import { type Change, type Item, type ItemTable, textIn } from "./item-table.ts";
import { idOfText, markerKey, markersOf, recordKey, textOfId } from "./keys.ts";
import { allItems, itemAt } from "./questions.ts";
import { listingOf, storedOrDamaged, subjectOf } from "./records.ts";

const READ_AT_A_TIME = 8;
/** Who reads item by item may see one item of a transaction before the other. */
const SECOND_LOOK_MS = 250;

/**
 * What goes with a change from open to closed or back, in the same transaction: an open record has a marker in a
 * partition of its own. An index would not do, since it is only eventually consistent.
 */
export function markerChange(
  collection: Collection,
  id: string,
  change: { readonly from: boolean; readonly to: boolean },
): readonly Change[] {
  if (change.from === change.to) return [];
  const key = markerKey(collection, id);
  return [change.to ? { kind: "put", item: { ...key, id: textOfId(id) } } : { kind: "remove", key }];
}

/** By the markers: a closed record costs nothing here, however many there are. */
export async function listOpenRecords(table: ItemTable, collection: Collection): Promise<Listing> {
  const markers = await allItems(table, markersOf(collection));
  const found = await concurrently(READ_AT_A_TIME, markers, (marker) => marked(table, collection, marker));
  const there = found.filter((one) => one !== undefined);
  return listingOf(there.filter((one) => "code" in one || isOpen(collection, one.value)));
}

async function marked(
  table: ItemTable,
  collection: Collection,
  marker: Item,
): Promise<Stored | Failure | undefined> {
  const id = idOfText(textIn(marker, "id") ?? "");
  const item = (await itemAt(table, recordKey(collection, id))) ?? (await lookAgain(table, collection, id));
  if (item !== undefined) return storedOrDamaged(table, collection, item);
  if ((await itemAt(table, markerKey(collection, id))) === undefined) return undefined;
  return toFailure(damaged(table, subjectOf(collection, id), "it is marked as open and is not there"));
}

async function lookAgain(table: ItemTable, collection: Collection, id: string): Promise<Item | undefined> {
  await delay(SECOND_LOOK_MS);
  return itemAt(table, recordKey(collection, id));
}
