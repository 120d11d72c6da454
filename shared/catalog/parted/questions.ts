import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { Item, ItemTable, Key } from "./item-table.ts";
import { Patience } from "./patience.ts";

/** Pages hold 1 MB or more. */
const MOST_PAGES = 10_000;

export async function itemAt(
  table: ItemTable,
  key: Key,
  patience = new Patience(table),
): Promise<Item | undefined> {
  return patience.call((signal) => table.get(key, signal));
}

/** All items of a partition, in the order of their sort keys. By default each page has its own time: a list may be long. */
export async function* itemsOf(
  table: ItemTable,
  partition: string,
  patience?: Patience,
): AsyncGenerator<Item> {
  let from: unknown;
  for (let page = 0; page < MOST_PAGES; page++) {
    const asked = patience ?? new Patience(table);
    const { items, next } = await asked.call((signal) => table.page(partition, from, signal));
    yield* items;
    from = next;
    if (from === undefined) return;
  }
  throw new StillpointError(
    "CATALOG_UNREADABLE",
    `cannot read "${partition}" in ${table.where}: it is longer than ${MOST_PAGES} pages; nothing was changed`,
  );
}

export async function allItems(
  table: ItemTable,
  partition: string,
  patience?: Patience,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const item of itemsOf(table, partition, patience)) items.push(item);
  return items;
}
