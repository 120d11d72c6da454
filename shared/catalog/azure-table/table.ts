import { AzureNamedKeyCredential, TableClient, type TableServiceClientOptions } from "@azure/data-tables";
import { accessTo, addressOf, isUnencrypted } from "../../azure/storage-account.ts";
import type { AzureTableCatalogSettings } from "../../config/config.ts";
import type { Environment } from "../../config/tls-material.ts";

/** The table of a storage account that holds a catalog. */
export type CatalogAddress = Omit<AzureTableCatalogSettings, "kind">;

export type CatalogTable = CatalogAddress & { readonly client: TableClient };

/** The client never repeats anything by itself: what a repetition means for a conditional write is ours to know. */
export async function connectCatalog(address: CatalogAddress, env: Environment): Promise<CatalogTable> {
  const access = await accessTo(address, env);
  const url = addressOf(address, "table");
  const options: TableServiceClientOptions = {
    retryOptions: { maxRetries: 0 },
    allowInsecureConnection: isUnencrypted(address),
  };
  const client =
    access.kind === "key"
      ? new TableClient(url, address.table, new AzureNamedKeyCredential(access.account, access.key), options)
      : new TableClient(url, address.table, access.credential, options);
  return { ...address, client };
}

/** `table "stillpoint" in account "stillpointcatalog"` */
export function whereOf({ table, account }: Pick<CatalogAddress, "table" | "account">): string {
  return `table "${table}" in account "${account}"`;
}
