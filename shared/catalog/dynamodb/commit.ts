import { PutItemCommand, type TransactWriteItem, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import type { Content } from "./content.ts";
import { type Item, type Key, leftoverKey } from "./keys.ts";
import { draft, STILL_DRAFT } from "./leftovers.ts";
import { writeParts } from "./parts.ts";
import type { Patience } from "./patience.ts";
import { isConditionFailed } from "./refusal.ts";
import type { CatalogTable } from "./table.ts";

/** When an item may be written. */
export interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Item;
}

export const IF_ABSENT: Condition = { ConditionExpression: "attribute_not_exists(pk)" };

/** One conditional write, with all that must happen with it or not at all. */
export interface Commit {
  /** Unique for each write: who reads it back knows whose write it was. */
  readonly token: string;
  readonly key: Key;
  readonly attributes: Item;
  readonly content: Content;
  readonly condition: Condition;
  /** Changes of other items. */
  readonly beside: readonly TransactWriteItem[];
}

/**
 * `done`, or `refused` since a condition did not hold, which may be because of this very write: it is sent again
 * where no answer came. Until the item is written nobody sees its parts.
 */
export async function commit(
  open: CatalogTable,
  write: Commit,
  patience: Patience,
): Promise<"done" | "refused"> {
  const { token, key, content } = write;
  if (content.parts.length > 0) {
    await draft(open, { token, parts: content.parts.length, of: key }, patience);
    await writeParts(open, token, content.parts, patience);
  }
  try {
    await put(open, write, patience);
    return "done";
  } catch (error) {
    if (isConditionFailed(error)) return "refused";
    throw error;
  }
}

async function put({ client, table }: CatalogTable, write: Commit, patience: Patience): Promise<void> {
  const { token, key, attributes, content, condition } = write;
  const item = { ...key, token: { S: token }, ...attributes, ...content.attributes } satisfies Item;
  const head = { TableName: table, Item: item, ...condition };
  const beside = [...write.beside, ...(content.parts.length > 0 ? [endOfDraft(table, token)] : [])];
  if (beside.length === 0) {
    const command = new PutItemCommand(head);
    await patience.call((abortSignal) => client.send(command, { abortSignal }));
    return;
  }
  const command = new TransactWriteItemsCommand({
    TransactItems: [{ Put: head }, ...beside],
    ClientRequestToken: token,
  });
  await patience.call((abortSignal) => client.send(command, { abortSignal }));
}

function endOfDraft(table: string, token: string): TransactWriteItem {
  return { Delete: { TableName: table, Key: leftoverKey(token), ...STILL_DRAFT } };
}
