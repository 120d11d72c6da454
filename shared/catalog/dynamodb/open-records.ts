import { setTimeout as delay } from "node:timers/promises";
import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { concurrently } from "../../databases/dynamodb/concurrently.ts";
import { type Failure, toFailure } from "../../errors/stillpoint-error.ts";
import { isOpen } from "../standing.ts";
import type { Collection, Listing, Stored } from "../store.ts";
import { damaged } from "./failure.ts";
import { type Item, idOfText, markerKey, markersOf, recordKey, textOfId } from "./keys.ts";
import { allItems, itemAt } from "./questions.ts";
import { listingOf, storedOrDamaged, subjectOf } from "./records.ts";
import type { CatalogTable } from "./table.ts";

const READ_AT_A_TIME = 8;
/** Who reads item by item may see one item of a transaction before the other. */
const SECOND_LOOK_MS = 250;

/**
 * What goes with a change from open to closed or back, in the same transaction: an open record has a marker in a
 * partition of its own. An index would not do, since it is only eventually consistent.
 */
export function markerChange(
  table: string,
  collection: Collection,
  id: string,
  change: { readonly from: boolean; readonly to: boolean },
): readonly TransactWriteItem[] {
  if (change.from === change.to) return [];
  const Key = markerKey(collection, id);
  if (!change.to) return [{ Delete: { TableName: table, Key } }];
  return [{ Put: { TableName: table, Item: { ...Key, id: { S: textOfId(id) } } } }];
}

/** By the markers: a closed record costs nothing here, however many there are. */
export async function listOpenRecords(open: CatalogTable, collection: Collection): Promise<Listing> {
  const markers = await allItems(open, markersOf(collection));
  const found = await concurrently(READ_AT_A_TIME, markers, (marker) => marked(open, collection, marker));
  const there = found.filter((one) => one !== undefined);
  return listingOf(there.filter((one) => "code" in one || isOpen(collection, one.value)));
}

async function marked(
  open: CatalogTable,
  collection: Collection,
  marker: Item,
): Promise<Stored | Failure | undefined> {
  const id = idOfText(marker["id"]?.S ?? "");
  const item = (await itemAt(open, recordKey(collection, id))) ?? (await lookAgain(open, collection, id));
  if (item !== undefined) return storedOrDamaged(open, collection, item);
  if ((await itemAt(open, markerKey(collection, id))) === undefined) return undefined;
  return toFailure(damaged(open, subjectOf(collection, id), "it is marked as open and is not there"));
}

async function lookAgain(open: CatalogTable, collection: Collection, id: string): Promise<Item | undefined> {
  await delay(SECOND_LOOK_MS);
  return itemAt(open, recordKey(collection, id));
}
