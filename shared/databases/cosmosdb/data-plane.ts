import type { CosmosClient } from "@azure/cosmos";
import { attempt } from "../../azure/arm/refusal.ts";
import { azureCredential } from "../../azure/credential.ts";
import { documentEndpointOf, requireAccount } from "./account.ts";
import type { CosmosdbConnection } from "./connection.ts";

const REQUEST_LIMIT_MS = 20_000;
/** Throttling is usual where every row is read. */
const THROTTLING = {
  maxRetryAttemptCount: 20,
  fixedRetryIntervalInMilliseconds: 0,
  maxWaitTimeInSeconds: 60,
};

/**
 * Reads only: by the read-only key, which is fetched for it and kept in this process' memory alone, or as this
 * process' identity where the account has its keys switched off.
 */
export async function openData(connection: CosmosdbConnection, name: string): Promise<CosmosClient> {
  const account = await requireAccount(connection, name);
  const { CosmosClient } = await import("@azure/cosmos");
  const access =
    account.disableLocalAuth === true
      ? { aadCredentials: await azureCredential() }
      : { key: await readOnlyKey(connection, name) };
  return new CosmosClient({
    endpoint: documentEndpointOf(account),
    ...access,
    consistencyLevel: "Strong",
    connectionPolicy: {
      requestTimeout: REQUEST_LIMIT_MS,
      retryOptions: THROTTLING,
      // The account's own address leads to its write region, and nobody refreshes in the background of a function.
      enableEndpointDiscovery: false,
      enableBackgroundEndpointRefreshing: false,
    },
  });
}

async function readOnlyKey({ arm, address }: CosmosdbConnection, name: string): Promise<string> {
  const client = await arm();
  const keys = await attempt("fetch the read-only key of account", name, () =>
    client.databaseAccounts.listReadOnlyKeys(address.resourceGroup, name),
  );
  return keys.primaryReadonlyMasterKey ?? keys.secondaryReadonlyMasterKey ?? "";
}
