import { GetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { Item, Key } from "./keys.ts";
import { Patience } from "./patience.ts";
import { type CatalogTable, whereOf } from "./table.ts";

/** Pages hold 1 MB. */
const MOST_PAGES = 10_000;

/** Every read of a catalog is strongly consistent. */
export async function itemAt(
  { client, table }: CatalogTable,
  key: Key,
  patience = new Patience(),
): Promise<Item | undefined> {
  const command = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true });
  return (await patience.call((abortSignal) => client.send(command, { abortSignal }))).Item;
}

/** All items of a partition, in the order of their sort keys. By default each page has its own time: a list may be long. */
export async function* itemsOf(
  open: CatalogTable,
  partition: string,
  patience?: Patience,
): AsyncGenerator<Item> {
  const { client, table } = open;
  let start: Item | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const command = new QueryCommand({
      TableName: table,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": { S: partition } },
      ConsistentRead: true,
      ...(start !== undefined && { ExclusiveStartKey: start }),
    });
    const asked = patience ?? new Patience();
    const answer = await asked.call((abortSignal) => client.send(command, { abortSignal }));
    yield* answer.Items ?? [];
    start = answer.LastEvaluatedKey;
    if (start === undefined) return;
  }
  throw new StillpointError(
    "CATALOG_UNREADABLE",
    `cannot read "${partition}" in ${whereOf(open)}: it is longer than ${MOST_PAGES} MB; nothing was changed`,
  );
}

export async function allItems(
  open: CatalogTable,
  partition: string,
  patience?: Patience,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const item of itemsOf(open, partition, patience)) items.push(item);
  return items;
}
