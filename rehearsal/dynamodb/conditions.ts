import db from "dynalite/db/index.js";
import deleteItem from "dynalite/validations/deleteItem.js";
import validations from "dynalite/validations/index.js";
import putItem from "dynalite/validations/putItem.js";
import updateItem from "dynalite/validations/updateItem.js";
import type { Item } from "./items.ts";
import { Refusal } from "./refusal.ts";
import type { Wire } from "./wire.ts";

/** A condition without a write has the shape of a conditional delete. */
const SHAPES = { Put: putItem, Update: updateItem, Delete: deleteItem, ConditionCheck: deleteItem };

export type ActionKind = keyof typeof SHAPES;

const MAX_ITEM_BYTES = 400 * 1024;

/** Checks one action of a transaction by itself, and answers whether its condition holds for an item. */
export function conditionOf(kind: ActionKind, input: Wire): (item: Item | undefined) => boolean {
  const shape = SHAPES[kind];
  const parsed = parse(input, shape);
  return (item) => !(db.checkConditional(parsed, item) instanceof Error);
}

/** dynalite's own parser, which changes what it is given and throws errors with `statusCode` and `body`. */
function parse(input: Wire, { types, custom }: { readonly types: object; readonly custom: unknown }): object {
  try {
    const typed = validations.checkTypes(structuredClone(input), types);
    validations.checkValidations(typed, types, custom, { options: { maxItemSize: MAX_ITEM_BYTES } });
    return typed;
  } catch (error) {
    const { statusCode, body } = error as { statusCode?: number; body?: Wire };
    if (statusCode === undefined || body === undefined) throw error;
    throw new Refusal(statusCode, body);
  }
}
