import { randomUUID } from "node:crypto";
import { changed } from "./changed.ts";
import { type Change, type Item, type ItemTable, type Key, numberIn, textIn } from "./item-table.ts";
import { LEFTOVERS, leftoverKey } from "./keys.ts";
import { removeParts } from "./parts.ts";
import { Patience } from "./patience.ts";
import { allItems, itemAt } from "./questions.ts";

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

/** An item of its own for each state: that of a draft that was given up is gone. */
export function leftoverItem({ token, parts, of }: Leftover, state: "draft" | "dropped"): Item {
  const key = leftoverKey(token, state);
  return { ...key, state, token, parts, sinceMs: Date.now(), ofPk: of.pk, ofSk: of.sk };
}

/** One of an earlier version has its token as its key alone. */
function leftoverOf(item: Item): Leftover {
  const of = { pk: textIn(item, "ofPk") ?? "", sk: textIn(item, "ofSk") ?? "" };
  return { token: textIn(item, "token") ?? item.sk, parts: numberIn(item, "parts"), of };
}

/** Announces parts before the first of them is written, so that they are found if their record never comes. */
export async function draft(table: ItemTable, of: Leftover, patience: Patience): Promise<void> {
  const item = leftoverItem(of, "draft");
  await patience.call((signal) => table.change([{ kind: "put", item }], of.token, signal));
}

/** Goes with the record that the parts are for. Holds as long as nobody has given the draft up. */
export function endOfDraft(token: string): Change {
  return { kind: "remove", key: leftoverKey(token, "draft"), only: { kind: "present" } };
}

/**
 * Removes the parts of replaced records, and those of writers that died. Whatever fails here is done after a later
 * write.
 */
export async function tidy(table: ItemTable): Promise<void> {
  const patience = new Patience(table, TIDY_LIMIT_MS);
  try {
    for (const item of await allItems(table, LEFTOVERS, patience))
      for (const key of await keysOfGivenUp(table, item, patience))
        await remove(table, { ...leftoverOf(item), key }, patience);
  } catch {
    // The list of leftovers is as it was, or shorter.
  }
}

/** Where the leftover is once its parts belong to nobody; nowhere while a writer may come for them. */
async function keysOfGivenUp(table: ItemTable, item: Item, patience: Patience): Promise<readonly Key[]> {
  const { pk, sk } = item;
  if (textIn(item, "state") !== "draft") return [{ pk, sk }];
  if (Date.now() - numberIn(item, "sinceMs") < DRAFT_LIFE_MS) return [];
  const dropped = leftoverItem(leftoverOf(item), "dropped");
  // From here on the draft's writer, however late it comes, is refused.
  const end: Change = { kind: "remove", key: { pk, sk }, only: { kind: "present" } };
  const outcome = await changed(table, [end, { kind: "put", item: dropped }], randomUUID(), patience);
  return outcome === "done" ? [{ pk: dropped.pk, sk: dropped.sk }] : [];
}

/** The parts first: while the leftover is there, somebody will come back for them. */
async function remove(
  table: ItemTable,
  { token, parts, of, key }: Leftover & { readonly key: Key },
  patience: Patience,
): Promise<void> {
  const owner = await itemAt(table, of, patience);
  // A request that was long on its way may have announced a draft again whose record has been written.
  if (owner === undefined || textIn(owner, "token") !== token)
    await removeParts(table, token, parts, patience);
  await patience.call((signal) => table.change([{ kind: "remove", key }], token, signal));
}
