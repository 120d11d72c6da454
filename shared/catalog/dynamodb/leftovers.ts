import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { type Item, type Key, LEFTOVERS, leftoverKey } from "./keys.ts";
import { removeParts } from "./parts.ts";
import { Patience } from "./patience.ts";
import { allItems, itemAt } from "./questions.ts";
import { isConditionFailed } from "./refusal.ts";
import type { CatalogTable } from "./table.ts";

/** Far longer than any write takes. Not what makes it safe: a writer that is slower still is refused. */
const DRAFT_LIFE_MS = 3_600_000;
/** Somebody waits for a write that is done; what is left over can be removed after the next. */
const TIDY_LIMIT_MS = 5_000;

/**
 * Parts that are named here belong to no record: to a `draft` whose record is not written yet, or to a record that
 * was replaced (`dropped`). A draft leaves this list in the very transaction that writes its record.
 */
export interface Leftover {
  readonly token: string;
  readonly parts: number;
  /** The record or entry that the parts are or were for. */
  readonly of: Key;
}

export function leftoverItem({ token, parts, of }: Leftover, state: "draft" | "dropped"): Item {
  return {
    ...leftoverKey(token),
    state: { S: state },
    parts: { N: String(parts) },
    sinceMs: { N: String(Date.now()) },
    ofPk: of.pk,
    ofSk: of.sk,
  };
}

/** Announces parts before the first of them is written, so that they are found if their record never comes. */
export async function draft(
  { client, table }: CatalogTable,
  of: Leftover,
  patience: Patience,
): Promise<void> {
  const command = new PutItemCommand({ TableName: table, Item: leftoverItem(of, "draft") });
  await patience.call((abortSignal) => client.send(command, { abortSignal }));
}

/** Holds as long as nobody has given the draft up. */
export const STILL_DRAFT = {
  ConditionExpression: "#state = :draft",
  ExpressionAttributeNames: { "#state": "state" },
  ExpressionAttributeValues: { ":draft": { S: "draft" } },
};

/**
 * Removes the parts of replaced records, and those of writers that died. Whatever fails here is done after a later
 * write.
 */
export async function tidy(open: CatalogTable): Promise<void> {
  const patience = new Patience(TIDY_LIMIT_MS);
  try {
    for (const item of await allItems(open, LEFTOVERS, patience))
      if (await isGivenUp(open, item, patience)) await remove(open, item, patience);
  } catch {
    // The list of leftovers is as it was, or shorter.
  }
}

async function isGivenUp(open: CatalogTable, item: Item, patience: Patience): Promise<boolean> {
  if (item["state"]?.S !== "draft") return true;
  if (Date.now() - Number(item["sinceMs"]?.N) < DRAFT_LIFE_MS) return false;
  return giveUp(open, item, patience);
}

/** From here on the draft's writer, however late it comes, is refused. */
async function giveUp(
  { client, table }: CatalogTable,
  { pk, sk }: Item,
  patience: Patience,
): Promise<boolean> {
  const command = new UpdateItemCommand({
    TableName: table,
    Key: { pk, sk } as Key,
    UpdateExpression: "SET #state = :dropped",
    ...STILL_DRAFT,
    ExpressionAttributeValues: { ...STILL_DRAFT.ExpressionAttributeValues, ":dropped": { S: "dropped" } },
  });
  try {
    await patience.call((abortSignal) => client.send(command, { abortSignal }));
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

/** The parts first: while the leftover is there, somebody will come back for them. */
async function remove(open: CatalogTable, item: Item, patience: Patience): Promise<void> {
  const { client, table } = open;
  const token = String(item["sk"]?.S);
  const owner = await itemAt(open, { pk: item["ofPk"], sk: item["ofSk"] } as Key, patience);
  // A request that was long on its way may have announced a draft again whose record has been written.
  if (owner?.["token"]?.S !== token) await removeParts(open, token, Number(item["parts"]?.N), patience);
  const command = new DeleteItemCommand({ TableName: table, Key: leftoverKey(token) });
  await patience.call((abortSignal) => client.send(command, { abortSignal }));
}
