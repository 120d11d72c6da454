import type { CassandraEndpoint } from "./cassandra/endpoint.ts";
import type { CosmosdbEndpoint } from "./cosmosdb/endpoint.ts";
import type { LedgerDatabase } from "./database.ts";
import { dynamodbClient, type Endpoint } from "./endpoint.ts";
import type { JdbcEndpoint } from "./jdbc/endpoint.ts";
import { createSchema } from "./schema.ts";
import { openStorage } from "./storage.ts";

/** Where a ledger keeps its records: in DynamoDB, unless it says that it is something else. */
export type LedgerEndpoint = Endpoint | CassandraEndpoint | CosmosdbEndpoint | JdbcEndpoint;

/** The client of Cosmos DB takes a second to load on a busy machine: only where it is needed. */
export async function openDatabase(endpoint: LedgerEndpoint): Promise<LedgerDatabase> {
  if (!("kind" in endpoint)) return openDynamodb(endpoint);
  switch (endpoint.kind) {
    case "cassandra":
      return (await import("./cassandra/database.ts")).openCassandra(endpoint);
    case "cosmosdb":
      return (await import("./cosmosdb/database.ts")).openCosmosdb(endpoint);
    case "jdbc":
      return (await import("./jdbc/database.ts")).openJdbc(endpoint);
    default:
      return endpoint satisfies never;
  }
}

function openDynamodb(endpoint: Endpoint): LedgerDatabase {
  const client = dynamodbClient(endpoint);
  return {
    createSchema: (tables, options) => createSchema(client, endpoint, tables, options),
    openStorage: (options) => openStorage(client, options),
    close: async () => client.destroy(),
  };
}
