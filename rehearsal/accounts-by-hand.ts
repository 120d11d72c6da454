import { CosmosDBManagementClient } from "@azure/arm-cosmosdb";
import type { AccessToken, TokenCredential } from "@azure/identity";
import type { RehearsalCosmosdb } from "./cosmosdb/cosmosdb.ts";

/** What an operator does with `az cosmosdb`, on the very same interface. */
export interface AccountsByHand {
  /** Restores an account to a second, beside the original, and waits until it is there. */
  restore(request: {
    readonly source: string;
    readonly target: string;
    readonly second: number;
  }): Promise<void>;
  makeStrong(account: string): Promise<void>;
  keyOf(account: string): Promise<string>;
}

const EAGER = { updateIntervalInMs: 100 };

export function accountsByHand(cosmosdb: RehearsalCosmosdb): AccountsByHand {
  const { resourceGroup: group, subscription } = cosmosdb;
  const { databaseAccounts } = clientOf(cosmosdb);
  return {
    restore: async ({ source, target, second }) => {
      const { location, instanceId } = cosmosdb.account(source);
      const region = location.toLowerCase().replaceAll(" ", "");
      await databaseAccounts.createOrUpdate(
        group,
        target,
        {
          location,
          kind: "GlobalDocumentDB",
          databaseAccountOfferType: "Standard",
          createMode: "Restore",
          locations: [{ locationName: location, failoverPriority: 0, isZoneRedundant: false }],
          restoreParameters: {
            restoreMode: "PointInTime",
            restoreSource: `/subscriptions/${subscription}/providers/Microsoft.DocumentDB/locations/${region}/restorableDatabaseAccounts/${instanceId}`,
            restoreTimestampInUtc: new Date(second * 1000),
          },
        },
        EAGER,
      );
    },
    makeStrong: async (account) => {
      const level = { consistencyPolicy: { defaultConsistencyLevel: "Strong" as const } };
      await databaseAccounts.update(group, account, level, EAGER);
    },
    keyOf: async (account) => {
      const { primaryMasterKey = "" } = await databaseAccounts.listKeys(group, account);
      return primaryMasterKey;
    },
  };
}

/** Trusts the rehearsal's certificate by itself: this process was not started with it. */
function clientOf(cosmosdb: RehearsalCosmosdb): CosmosDBManagementClient {
  return new CosmosDBManagementClient(credentialOf(cosmosdb), cosmosdb.subscription, {
    endpoint: cosmosdb.armEndpoint,
    tlsOptions: { ca: cosmosdb.caCertificate },
  });
}

/** Logged in as the managed identity. */
function credentialOf({ identityEndpoint, identityHeader }: RehearsalCosmosdb): TokenCredential {
  return {
    getToken: async (): Promise<AccessToken> => {
      const url = `${identityEndpoint}?api-version=2019-08-01&resource=https://management.azure.com`;
      const answer = await fetch(url, { headers: { "X-IDENTITY-HEADER": identityHeader } });
      const { access_token, expires_on } = (await answer.json()) as Record<string, string>;
      return { token: String(access_token), expiresOnTimestamp: Number(expires_on) * 1000 };
    },
  };
}
