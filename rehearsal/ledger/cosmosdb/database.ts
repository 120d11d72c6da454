import type { LedgerDatabase } from "../database.ts";
import { type CosmosdbEndpoint, cosmosdbClient } from "./endpoint.ts";
import { createCosmosdbSchema } from "./schema.ts";
import { openCosmosdbStorage } from "./storage.ts";

export function openCosmosdb(endpoint: CosmosdbEndpoint): LedgerDatabase {
  const client = cosmosdbClient(endpoint);
  return {
    createSchema: (tables, options) => createCosmosdbSchema(client, tables, options),
    openStorage: (options) => openCosmosdbStorage(client, options),
    close: async () => client.dispose(),
  };
}
