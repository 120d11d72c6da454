import { changed } from "./changed.ts";
import type { Content } from "./content.ts";
import type { Change, Condition, Item, ItemTable, Key } from "./item-table.ts";
import { draft, endOfDraft } from "./leftovers.ts";
import { writeParts } from "./parts.ts";
import type { Patience } from "./patience.ts";

export const IF_ABSENT: Condition = { kind: "absent" };

/** One conditional write, with all that must happen with it or not at all. */
export interface Commit {
  /** Unique for each write: who reads it back knows whose write it was. */
  readonly token: string;
  readonly key: Key;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: Content;
  readonly condition: Condition;
  /** Changes of other items. */
  readonly beside: readonly Change[];
}

/**
 * `done`, or `refused` since a condition did not hold, which may be because of this very write: it is sent again
 * where no answer came. Until the item is written nobody sees its parts.
 */
export async function commit(
  table: ItemTable,
  write: Commit,
  patience: Patience,
): Promise<"done" | "refused"> {
  const { token, key, attributes, content, condition, beside } = write;
  const { parts } = content;
  if (parts.length > 0) {
    await draft(table, { token, parts: parts.length, of: key }, patience);
    await writeParts(table, token, parts, patience);
  }
  const item: Item = { ...key, token, ...attributes, ...content.attributes };
  const head: Change = { kind: "put", item, only: condition };
  const end = parts.length > 0 ? [endOfDraft(token)] : [];
  return changed(table, [head, ...beside, ...end], token, patience);
}
