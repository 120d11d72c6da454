import { DeleteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { concurrently } from "../../databases/dynamodb/concurrently.ts";
import { type Item, partKey, partsOf } from "./keys.ts";
import type { Patience } from "./patience.ts";
import { allItems } from "./questions.ts";
import type { CatalogTable } from "./table.ts";

const AT_A_TIME = 4;

export async function writeParts(
  { client, table }: CatalogTable,
  token: string,
  parts: readonly Uint8Array[],
  patience: Patience,
): Promise<void> {
  await concurrently(AT_A_TIME, [...parts.entries()], async ([index, bytes]) => {
    const item = { ...partKey(token, index), bytes: { B: bytes } } satisfies Item;
    const command = new PutItemCommand({ TableName: table, Item: item });
    await patience.call((abortSignal) => client.send(command, { abortSignal }));
  });
}

/** All parts in order, or nothing where some are gone. */
export async function readParts(
  open: CatalogTable,
  token: string,
  count: number,
): Promise<readonly Uint8Array[] | undefined> {
  const found = await allItems(open, partsOf(token));
  const bytes = found.flatMap((item) => item["bytes"]?.B ?? []);
  return bytes.length === count ? bytes : undefined;
}

export async function removeParts(
  { client, table }: CatalogTable,
  token: string,
  count: number,
  patience: Patience,
): Promise<void> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  await concurrently(AT_A_TIME, indexes, async (index) => {
    const command = new DeleteItemCommand({ TableName: table, Key: partKey(token, index) });
    await patience.call((abortSignal) => client.send(command, { abortSignal }));
  });
}
