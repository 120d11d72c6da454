import { randomUUID } from "node:crypto";
import { type CatalogTable, connectCatalog } from "../../../shared/catalog/azure-table/table.ts";
import { type Azurite, KEY_ENV } from "../../azurite.ts";

/** A new table with nothing in it. */
export async function newTable({ table: account }: Azurite): Promise<CatalogTable> {
  const table = `t${randomUUID().replaceAll("-", "")}`;
  const open = await connectCatalog({ ...account, table }, KEY_ENV);
  await open.client.createTable();
  return open;
}
