import type { TableClient } from "@azure/data-tables";
import { mayHaveBeenCarriedOut, passes } from "../../azure/storage-refusal.ts";
import type { ItemTable, Page } from "../parted/item-table.ts";
import { change } from "./change.ts";
import { itemOf } from "./entity.ts";
import { entityKey, partitionFilter } from "./entity-key.ts";
import { azureTableFailures } from "./failure.ts";
import { found, isConditionFailed } from "./refusal.ts";
import type { CatalogTable } from "./table.ts";

/** The items of an Azure table, whose reads see all that was written before them. */
export function azureTableItems(open: CatalogTable): ItemTable {
  const { client } = open;
  return {
    ...azureTableFailures(open),
    passes,
    mayHaveBeenCarriedOut,
    isRefused: isConditionFailed,

    async get(key, abortSignal) {
      const { partitionKey, rowKey } = entityKey(key);
      const entity = await found(client.getEntity(partitionKey, rowKey, { abortSignal }));
      return entity && itemOf(entity);
    },

    page: (partition, from, abortSignal) =>
      pageOf(client, partition, from as string | undefined, abortSignal),

    change: (changes, _, abortSignal) => change(client, changes, abortSignal),
  };
}

async function pageOf(
  client: TableClient,
  partition: string,
  from: string | undefined,
  abortSignal: AbortSignal,
): Promise<Page> {
  const all = client.listEntities({ queryOptions: { filter: partitionFilter(partition) }, abortSignal });
  const { value: page = [] } = await all
    .byPage({ ...(from !== undefined && { continuationToken: from }) })
    .next();
  const { continuationToken: next } = page as { readonly continuationToken?: string };
  return { items: (page as object[]).map((entity) => itemOf({ ...entity })), ...(next && { next }) };
}
