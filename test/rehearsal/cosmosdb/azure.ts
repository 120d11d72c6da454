import * as tls from "node:tls";
import { CosmosDBManagementClient } from "@azure/arm-cosmosdb";
import { CosmosClient } from "@azure/cosmos";
import { DefaultAzureCredential } from "@azure/identity";
import { type Client, getClient } from "@azure-rest/core-client";
import { afterEach, expect, vi } from "vitest";
import {
  type AccountHandle,
  type NewAccount,
  type RehearsalCosmosdb,
  type RehearsalCosmosdbOptions,
  startCosmosdb,
} from "../../../rehearsal/cosmosdb/cosmosdb.ts";
import type { Pace } from "../../../rehearsal/cosmosdb/pace.ts";

/** Nothing takes time but what a test is about; a write is in the backup as late as in the cloud. */
const AT_ONCE: Pace = {
  backupDelayMs: 100_000,
  restoreLeastMs: 0,
  restoreMostMs: 0,
  createAccountMs: 0,
  updateAccountMs: 0,
  deleteAccountMs: 0,
  resourceMs: 0,
  backupInformationMs: 0,
};

/** Long enough for a test to look at a phase, which ends with the imitation. */
export const FOR_LONG_MS = 3_600_000;

/** How often a poller asks. */
export const EAGER = { updateIntervalInMs: 1 };

export interface Azure {
  readonly cosmosdb: RehearsalCosmosdb;
  readonly client: CosmosDBManagementClient;
  readonly group: string;
}

const running: Azure[] = [];
const trusted = tls.getCACertificates("default");

afterEach(async () => {
  for (const { cosmosdb } of running.splice(0)) await cosmosdb.close();
  tls.setDefaultCACertificates(trusted);
  vi.unstubAllEnvs();
});

/** An imitation of its own for the test, and an unchanged client of its management plane. */
export async function start(
  pace: Partial<Pace> = {},
  options: RehearsalCosmosdbOptions = {},
): Promise<Azure> {
  const cosmosdb = await startCosmosdb({ ...options, pace: { ...AT_ONCE, ...pace } });
  tls.setDefaultCACertificates([...trusted, cosmosdb.caCertificate]);
  for (const [name, value] of Object.entries(cosmosdb.environment())) vi.stubEnv(name, value);
  const client = new CosmosDBManagementClient(new DefaultAzureCredential(), cosmosdb.subscription, {
    endpoint: cosmosdb.armEndpoint,
    retryOptions: { maxRetries: 0 },
  });
  const azure = { cosmosdb, client, group: cosmosdb.resourceGroup };
  running.push(azure);
  return azure;
}

/** For resources of other providers, by their ids alone. */
export function resources({ cosmosdb }: Azure): Client {
  return getClient(cosmosdb.armEndpoint, new DefaultAzureCredential(), {
    credentials: { scopes: [`${cosmosdb.armEndpoint}/.default`] },
    retryOptions: { maxRetries: 0 },
  });
}

export function idOf({ cosmosdb, group }: Azure, account: string): string {
  return `/subscriptions/${cosmosdb.subscription}/resourceGroups/${group}/providers/Microsoft.DocumentDB/databaseAccounts/${account}`;
}

/** A private endpoint that leads to an account, as a PUT makes one. */
export async function addPrivateEndpoint(azure: Azure, account: string): Promise<string> {
  const id = `/subscriptions/${azure.cosmosdb.subscription}/resourceGroups/${azure.group}/providers/Microsoft.Network/privateEndpoints/to-${account}`;
  const connection = {
    name: "sql",
    properties: { privateLinkServiceId: idOf(azure, account), groupIds: ["Sql"] },
  };
  const body = { location: "japaneast", properties: { privateLinkServiceConnections: [connection] } };
  await resources(azure).path(id).put({ body });
  return id;
}

/** An account `ledger` with a database `scalar` that has a container `asset`, as ScalarDB makes them. */
export async function startLedger(
  pace: Partial<Pace> = {},
  account: Partial<NewAccount> = {},
  options: RehearsalCosmosdbOptions = {},
) {
  const azure = await start(pace, options);
  const ledger = await azure.cosmosdb.createAccount({ name: "ledger", ...account });
  await createDatabase(azure, "scalar");
  await createContainer(azure, "asset");
  return { ...azure, ledger };
}

export async function createDatabase({ client, group }: Azure, id: string): Promise<void> {
  const database = { resource: { id }, options: { throughput: 400 } };
  await client.sqlResources.createUpdateSqlDatabase(group, "ledger", id, database, EAGER);
}

export async function createContainer({ client, group }: Azure, id: string, defaultTtl?: number) {
  const partitionKey = { paths: ["/concatenatedPartitionKey"], kind: "Hash", version: 2 };
  const resource = { id, partitionKey, ...(defaultTtl !== undefined && { defaultTtl }) };
  return client.sqlResources.createUpdateSqlContainer(group, "ledger", "scalar", id, { resource }, EAGER);
}

/** An unchanged client of the data plane, by default with the primary key. */
export function documents({ documentEndpoint, keys }: AccountHandle, key = keys.primaryMasterKey) {
  return new CosmosClient({
    endpoint: documentEndpoint,
    key,
    connectionPolicy: { enableEndpointDiscovery: false },
  });
}

export function assets(account: AccountHandle) {
  return documents(account).database("scalar").container("asset");
}

export function asset(id: string, age: number, balance = 0) {
  return { id: `${id}:${age}`, concatenatedPartitionKey: id, clusteringKey: { age }, values: { balance } };
}

interface Restore {
  readonly from: AccountHandle;
  readonly to: string;
  readonly at: Date;
}

/** A restore with what a test says differently. */
export function restore(
  { client, group, cosmosdb }: Azure,
  { from, to, at }: Restore,
  differently: object = {},
  parameters: object = {},
) {
  const location = from.location.toLowerCase().replaceAll(" ", "");
  const restoreSource = `/subscriptions/${cosmosdb.subscription}/providers/Microsoft.DocumentDB/locations/${location}/restorableDatabaseAccounts/${from.instanceId}`;
  return client.databaseAccounts.createOrUpdate(
    group,
    to,
    {
      location: from.location,
      kind: "GlobalDocumentDB",
      databaseAccountOfferType: "Standard",
      createMode: "Restore",
      locations: [{ locationName: from.location, failoverPriority: 0, isZoneRedundant: false }],
      restoreParameters: {
        restoreMode: "PointInTime",
        restoreSource,
        restoreTimestampInUtc: at,
        ...parameters,
      },
      ...differently,
    },
    EAGER,
  );
}

/** Moves the service's clock ahead of the machine's, so that what was just written is covered. */
export function ahead({ cosmosdb }: Azure, ms: number): void {
  cosmosdb.setClockOffset(cosmosdb.now() - Date.now() + ms);
}

/** The start of a whole second of the service's clock. */
export function second(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}

/** Asserts that the service refuses with this status or code; answers the error for a look at its message. */
export async function refusal(
  call: PromiseLike<unknown>,
  code: number | string,
): Promise<Error & Record<string, unknown>> {
  const error = await Promise.resolve(call).then(
    () => undefined,
    (thrown: unknown) => thrown as Error & Record<string, unknown>,
  );
  expect([error?.["code"], error?.["statusCode"]], error?.message).toContain(code);
  return error as Error & Record<string, unknown>;
}
