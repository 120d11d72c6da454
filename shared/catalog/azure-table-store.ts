import { azureTableItems } from "./azure-table/items.ts";
import type { CatalogTable } from "./azure-table/table.ts";
import { partedStore } from "./parted-store.ts";
import type { Store } from "./store.ts";

/** A catalog in one table of an Azure Storage account, for hosts that share nothing else. */
export function azureTableStore(table: CatalogTable): Store {
  return partedStore(azureTableItems(table));
}
