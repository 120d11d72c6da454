import { Agent } from "node:https";
import { CosmosClient } from "@azure/cosmos";

/** Where the documents of the rehearsal's Cosmos DB account are served, and what it takes to reach them. */
export interface CosmosdbEndpoint {
  readonly kind: "cosmosdb";
  readonly url: string;
  readonly key: string;
  /** PEM of the authority that the endpoint's certificate is from. */
  readonly ca: string;
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
