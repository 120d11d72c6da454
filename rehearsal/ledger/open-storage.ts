import { type CosmosdbEndpoint, cosmosdbClient } from "./cosmosdb/endpoint.ts";
import { createCosmosdbSchema } from "./cosmosdb/schema.ts";
import { openCosmosdbStorage } from "./cosmosdb/storage.ts";
import { dynamodbClient, type Endpoint } from "./endpoint.ts";
import { createSchema, type SchemaOptions } from "./schema.ts";
import { openStorage, type Storage, type StorageOptions } from "./storage.ts";
import type { Table } from "./table.ts";

/** Where a ledger keeps its records: in DynamoDB, unless it says that it is Cosmos DB. */
export type LedgerEndpoint = Endpoint | CosmosdbEndpoint;

/** A ledger's database, whichever it is. */
export interface LedgerDatabase {
  createSchema(tables: readonly Table[], options: SchemaOptions): Promise<void>;
  openStorage(options: StorageOptions): Storage;
  close(): void;
}

export function openDatabase(endpoint: LedgerEndpoint): LedgerDatabase {
  if ("kind" in endpoint) {
    const client = cosmosdbClient(endpoint);
    return {
      createSchema: (tables, options) => createCosmosdbSchema(client, tables, options),
      openStorage: (options) => openCosmosdbStorage(client, options),
      close: () => client.dispose(),
    };
  }
  const client = dynamodbClient(endpoint);
  return {
    createSchema: (tables, options) => createSchema(client, endpoint, tables, options),
    openStorage: (options) => openStorage(client, options),
    close: () => client.destroy(),
  };
}
