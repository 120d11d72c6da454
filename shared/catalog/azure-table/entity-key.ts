import { createHash } from "node:crypto";
import type { Key } from "../parted/item-table.ts";
import { isPartsPartition } from "../parted/keys.ts";

export interface EntityKey {
  readonly partitionKey: string;
  readonly rowKey: string;
}

/**
 * What changes together must lie in one partition, so all but the parts of large values does: a partition takes some
 * thousand requests a second.
 */
const CATALOG = "catalog";
/** Not in an encoded text, and `A` comes right after it. */
const SEPARATOR = "@";
const AFTER_SEPARATOR = "A";
/** A key holds 1 KiB of UTF-16, and a row key is two texts. */
const LONGEST = 250;
const KEPT = 180;

export function entityKey({ pk, sk }: Key): EntityKey {
  if (isPartsPartition(pk)) return { partitionKey: encoded(pk), rowKey: encoded(sk) };
  return { partitionKey: CATALOG, rowKey: `${encoded(pk)}${SEPARATOR}${encoded(sk)}` };
}

/** All entities of a partition of the catalog's. */
export function partitionFilter(pk: string): string {
  const name = encoded(pk);
  if (isPartsPartition(pk)) return `PartitionKey eq '${name}'`;
  const [from, to] = [`${name}${SEPARATOR}`, `${name}${AFTER_SEPARATOR}`];
  return `PartitionKey eq '${CATALOG}' and RowKey ge '${from}' and RowKey lt '${to}'`;
}

/**
 * Keys may not hold slashes, backslashes, number signs, question marks and control characters; whatever is no plain
 * letter is spelt by its bytes. Longer texts are cut and made unique by a digest.
 */
function encoded(text: string): string {
  const spelt = text.replace(/[^A-Za-z0-9._:-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `~${byte.toString(16).padStart(2, "0")}`).join(""),
  );
  if (spelt.length <= LONGEST) return spelt;
  return `${spelt.slice(0, KEPT)}~${createHash("sha256").update(spelt).digest("hex")}`;
}
