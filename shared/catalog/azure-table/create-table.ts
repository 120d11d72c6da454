import type { Environment } from "../../config/tls-material.ts";
import { asking } from "../parted/failure.ts";
import { Patience } from "../parted/patience.ts";
import { azureTableItems } from "./items.ts";
import { type CatalogAddress, connectCatalog } from "./table.ts";

const CONFLICT = 409;

/** What was done to have the table. Neither protection nor recovery is a table's own on Azure. */
export interface TableCreation {
  readonly created: boolean;
}

/** Creates the table of a catalog. What is there already is left alone. */
export async function createCatalogTable(address: CatalogAddress, env: Environment): Promise<TableCreation> {
  const open = await connectCatalog(address, env);
  const items = azureTableItems(open);
  return asking(items, { action: "create", subject: "the catalog" }, async () => {
    let status = 0;
    const onResponse = (answer: { readonly status: number }) => {
      status = answer.status;
    };
    // The client takes a table that is there for one that it created, but tells of the answer.
    await new Patience(items).call((abortSignal) => open.client.createTable({ abortSignal, onResponse }));
    return { created: status !== CONFLICT };
  });
}
