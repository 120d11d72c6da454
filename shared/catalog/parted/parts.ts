import { concurrently } from "../../databases/concurrently.ts";
import { bytesIn, type ItemTable } from "./item-table.ts";
import { partKey, partsOf } from "./keys.ts";
import type { Patience } from "./patience.ts";
import { allItems } from "./questions.ts";

const AT_A_TIME = 4;

export async function writeParts(
  table: ItemTable,
  token: string,
  parts: readonly Uint8Array[],
  patience: Patience,
): Promise<void> {
  await concurrently(AT_A_TIME, [...parts.entries()], async ([index, bytes]) => {
    const item = { ...partKey(token, index), bytes };
    await patience.call((signal) => table.change([{ kind: "put", item }], token, signal));
  });
}

/** All parts in order, or nothing where some are gone. */
export async function readParts(
  table: ItemTable,
  token: string,
  count: number,
): Promise<readonly Uint8Array[] | undefined> {
  const found = await allItems(table, partsOf(token));
  const bytes = found.flatMap((item) => bytesIn(item, "bytes") ?? []);
  return bytes.length === count ? bytes : undefined;
}

export async function removeParts(
  table: ItemTable,
  token: string,
  count: number,
  patience: Patience,
): Promise<void> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  await concurrently(AT_A_TIME, indexes, async (index) => {
    const key = partKey(token, index);
    await patience.call((signal) => table.change([{ kind: "remove", key }], token, signal));
  });
}
