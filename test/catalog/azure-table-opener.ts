import { type CatalogAddress, connectCatalog } from "../../shared/catalog/azure-table/table.ts";
import { azureTableStore } from "../../shared/catalog/azure-table-store.ts";
import { lazyStore } from "../../shared/catalog/lazy-store.ts";
import type { Store } from "../../shared/catalog/store.ts";
import { KEY_ENV } from "../azurite.ts";

/** A location is the table's address as JSON, so that other processes open the same table. */
export function openStore(location: string): Store {
  const address = JSON.parse(location) as CatalogAddress;
  return lazyStore(async () => azureTableStore(await connectCatalog(address, KEY_ENV)));
}
