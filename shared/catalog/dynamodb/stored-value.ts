import { messageOf } from "../../errors/stillpoint-error.ts";
import { ownValue, partCount, valueOfParts } from "./content.ts";
import { damaged } from "./failure.ts";
import type { Item } from "./keys.ts";
import { readParts } from "./parts.ts";
import type { CatalogTable } from "./table.ts";

/** The value of a record or an entry, or nothing where parts of it are gone. */
export async function storedValue(
  open: CatalogTable,
  item: Item,
  subject: string,
): Promise<{ readonly value: unknown } | undefined> {
  const count = partCount(item);
  const parts = count === 0 ? [] : await readParts(open, String(item["token"]?.S), count);
  if (parts === undefined) return undefined;
  try {
    return { value: count === 0 ? await ownValue(item) : await valueOfParts(parts) };
  } catch (error) {
    throw damaged(open, subject, messageOf(error));
  }
}
