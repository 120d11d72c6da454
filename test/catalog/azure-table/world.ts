import { afterAll, beforeAll } from "vitest";
import type { CatalogTable } from "../../../shared/catalog/azure-table/table.ts";
import { azureTableStore } from "../../../shared/catalog/azure-table-store.ts";
import type { Store } from "../../../shared/catalog/store.ts";
import { type Azurite, startAzurite } from "../../azurite.ts";
import { type Accident, withAccidents } from "./accident-client.ts";
import { newTable } from "./new-table.ts";

export interface World {
  readonly table: CatalogTable;
  readonly store: Store;
  /** The same catalog, reached by a client that things happen to. */
  storeWith(accident: Accident): Promise<Store>;
  /** The entities as they are: how many there are of each partition of the catalog's. */
  counts(): Promise<Readonly<Record<string, number>>>;
}

/** An Azurite for the tests of one file, and for each test a table of its own. */
export function azureWorld(): { readonly newWorld: () => Promise<World> } {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite[Symbol.asyncDispose]());
  const newWorld = async () => {
    const table = await newTable(azurite);
    return {
      table,
      store: azureTableStore(table),
      storeWith: async (accident: Accident) => azureTableStore(await withAccidents(table, accident)),
      counts: () => countsIn(table),
    };
  };
  return { newWorld };
}

async function countsIn({ client }: CatalogTable): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for await (const { pk } of client.listEntities<{ pk: string }>()) {
    const partition = pk.replace(/\/.*/, (rest) => (rest === "/open" ? rest : ""));
    counts[partition] = (counts[partition] ?? 0) + 1;
  }
  return counts;
}
