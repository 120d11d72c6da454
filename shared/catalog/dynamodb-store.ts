import { dynamodbItems } from "./dynamodb/items.ts";
import type { CatalogTable } from "./dynamodb/table.ts";
import { partedStore } from "./parted-store.ts";
import type { Store } from "./store.ts";

/** A catalog in one DynamoDB table, for hosts that share nothing else. */
export function dynamodbStore(table: CatalogTable): Store {
  return partedStore(dynamodbItems(table));
}
