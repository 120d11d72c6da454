import { Agent } from "node:https";
import { CosmosClient } from "@azure/cosmos";
import type { AccountHandle, RehearsalCosmosdb } from "../../cosmosdb/cosmosdb.ts";

/** Where the documents of the rehearsal's Cosmos DB account are served, and what it takes to reach them. */
export interface CosmosdbEndpoint {
  readonly kind: "cosmosdb";
  readonly url: string;
  readonly key: string;
  /** PEM of the authority that the endpoint's certificate is from. */
  readonly ca: string;
}

export function endpointOf({ caCertificate }: RehearsalCosmosdb, account: AccountHandle): CosmosdbEndpoint {
  const { documentEndpoint, keys } = account;
  return { kind: "cosmosdb", url: documentEndpoint, key: keys.primaryMasterKey, ca: caCertificate };
}

/** As ScalarDB asks for it: an account that is not set to Strong refuses every request. */
export function cosmosdbClient({ url, key, ca }: CosmosdbEndpoint): CosmosClient {
  return new CosmosClient({
    endpoint: url,
    key,
    agent: new Agent({ ca, keepAlive: true }),
    consistencyLevel: "Strong",
    connectionPolicy: { enableEndpointDiscovery: false, enableBackgroundEndpointRefreshing: false },
  });
}
