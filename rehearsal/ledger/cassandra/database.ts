import type { LedgerDatabase } from "../database.ts";
import { type CassandraEndpoint, cassandraClient } from "./endpoint.ts";
import { createCassandraSchema } from "./schema.ts";
import { openCassandraStorage } from "./storage.ts";

/** The client connects with its first request. */
export function openCassandra(endpoint: CassandraEndpoint): LedgerDatabase {
  const client = cassandraClient(endpoint);
  return {
    createSchema: (tables) => createCassandraSchema(client, tables),
    openStorage: (options) => openCassandraStorage(client, options),
    close: () => client.shutdown(),
  };
}
