import { type CatalogAddress, connectCatalog } from "../../shared/catalog/dynamodb/table.ts";
import { dynamodbStore } from "../../shared/catalog/dynamodb-store.ts";
import type { Store } from "../../shared/catalog/store.ts";

/** A location is the table's address as JSON, so that other processes open the same table. */
export function openStore(location: string): Store {
  process.env["AWS_ACCESS_KEY_ID"] ??= "test";
  process.env["AWS_SECRET_ACCESS_KEY"] ??= "test";
  return dynamodbStore(connectCatalog(JSON.parse(location) as CatalogAddress));
}
