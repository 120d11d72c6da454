import type { Changes, ItemTable } from "./item-table.ts";
import type { Patience } from "./patience.ts";

/** Changes items under conditions. */
export async function changed(
  table: ItemTable,
  changes: Changes,
  token: string,
  patience: Patience,
): Promise<"done" | "refused"> {
  try {
    await patience.call((signal) => table.change(changes, token, signal));
    return "done";
  } catch (error) {
    if (table.isRefused(error)) return "refused";
    throw error;
  }
}
