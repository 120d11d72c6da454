import { messageOf } from "../../errors/stillpoint-error.ts";
import { ownValue, partCount, valueOfParts } from "./content.ts";
import { damaged } from "./failure.ts";
import { type Item, type ItemTable, textIn } from "./item-table.ts";
import { readParts } from "./parts.ts";

/** The value of a record or an entry, or nothing where parts of it are gone. */
export async function storedValue(
  table: ItemTable,
  item: Item,
  subject: string,
): Promise<{ readonly value: unknown } | undefined> {
  const count = partCount(item);
  const parts = count === 0 ? [] : await readParts(table, String(textIn(item, "token")), count);
  if (parts === undefined) return undefined;
  try {
    return { value: count === 0 ? await ownValue(item) : await valueOfParts(parts) };
  } catch (error) {
    throw damaged(table, subject, messageOf(error));
  }
}
