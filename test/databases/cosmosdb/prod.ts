import { afterEach } from "vitest";
import type { RehearsalCosmosdbOptions } from "../../../rehearsal/cosmosdb/cosmosdb.ts";
import type { Pace } from "../../../rehearsal/cosmosdb/pace.ts";
import { type CosmosdbDatabase, openCosmosdb } from "../../../shared/databases/cosmosdb/database.ts";
import { type Azure, documents, EAGER, start } from "../../rehearsal/cosmosdb/azure.ts";

const NAMING = { metadataNamespace: "scalardb", coordinatorNamespace: "coordinator" };
export const PROCEDURE = { id: "mutate.js", body: "function mutate() {}" };
export const ACCOUNT = "ledger";
export const RUN = "run-12345678";

export interface Prod extends Azure {
  readonly database: CosmosdbDatabase;
}

const open: CosmosdbDatabase[] = [];

afterEach(() => {
  for (const database of open.splice(0)) database.close();
});

export function connectTo(
  { cosmosdb }: Azure,
  account = ACCOUNT,
  resourceGroup = cosmosdb.resourceGroup,
): CosmosdbDatabase {
  const { subscription, armEndpoint } = cosmosdb;
  const database = openCosmosdb({ ...NAMING, subscription, resourceGroup, account, armEndpoint });
  open.push(database);
  return database;
}

const INDEXING = {
  automatic: true,
  indexingMode: "consistent",
  includedPaths: [{ path: "/concatenatedPartitionKey/?" }],
  excludedPaths: [{ path: "/*" }],
};

/** What ScalarDB's Schema Loader makes, for a namespace `bank` with a table `accounts`. */
export async function startProd(
  pace: Partial<Pace> = {},
  options: RehearsalCosmosdbOptions & { readonly properties?: object } = {},
): Promise<Prod> {
  const { properties, ...others } = options;
  const azure = await start(pace, others);
  await azure.cosmosdb.createAccount({
    name: ACCOUNT,
    tags: { team: "ledger" },
    ...(properties && { properties: { ...properties } }),
  });
  await makeContainers(azure);
  return { ...azure, database: connectTo(azure) };
}

export async function makeContainers(azure: Azure): Promise<void> {
  for (const [database, container] of [
    ["scalardb", "metadata"],
    ["coordinator", "state"],
    ["bank", "accounts"],
  ] as const) {
    await makeDatabase(azure, database);
    await makeContainer(azure, database, container);
  }
}

async function makeDatabase({ client, group }: Azure, id: string): Promise<void> {
  const options = id === "bank" ? { autoscaleSettings: { maxThroughput: 4000 } } : { throughput: 400 };
  await client.sqlResources.createUpdateSqlDatabase(group, ACCOUNT, id, { resource: { id }, options }, EAGER);
}

export async function makeContainer(
  { client, group }: Azure,
  database: string,
  id: string,
  more: object = {},
): Promise<void> {
  const { sqlResources } = client;
  const path = id === "metadata" ? "/id" : "/concatenatedPartitionKey";
  const resource = {
    id,
    partitionKey: { paths: [path], kind: "Hash" as const, version: 2 },
    ...(id !== "metadata" && { indexingPolicy: INDEXING }),
    ...more,
  };
  await sqlResources.createUpdateSqlContainer(group, ACCOUNT, database, id, { resource }, EAGER);
  if (id === "metadata") return;
  const at = [group, ACCOUNT, database, id, PROCEDURE.id] as const;
  await sqlResources.createUpdateSqlStoredProcedure(...at, { resource: PROCEDURE }, EAGER);
}

/** As ScalarDB writes a row, with its columns of a transaction. */
export function accountRow(id: number, balance: number) {
  return {
    id: String(id),
    concatenatedPartitionKey: String(id),
    partitionKey: { id },
    clusteringKey: {},
    values: {
      balance,
      memo: "dear",
      photo: Buffer.from([1, 2, 255]).toString("base64"),
      tx_id: `tx-${id}`,
      tx_state: 3,
      tx_version: 1,
    },
  };
}

export const ACCOUNTS_METADATA = {
  id: "bank.accounts",
  partitionKeyNames: ["id"],
  clusteringKeyNames: [],
  secondaryIndexNames: [],
  columns: {
    id: "int",
    balance: "bigint",
    memo: "text",
    photo: "blob",
    tx_id: "text",
    tx_state: "int",
    tx_version: "int",
  },
};

/** Clients of the data that may write. */
export function containerOf({ cosmosdb }: Azure, database: string, container: string, account = ACCOUNT) {
  return documents(cosmosdb.account(account)).database(database).container(container);
}

/** Writes so many rows of the table `accounts`, and what ScalarDB's metadata says of it. */
export async function fill(azure: Azure, rows: number): Promise<void> {
  await containerOf(azure, "scalardb", "metadata").items.create(ACCOUNTS_METADATA);
  const { items } = containerOf(azure, "bank", "accounts");
  for (let id = 0; id < rows; id++) await items.create(accountRow(id, id * 10));
}

/** The whole second on the service's clock, and past it, so that a restore may name it. */
export function nowSecond({ cosmosdb }: Azure): number {
  return Math.floor(cosmosdb.now() / 1000);
}
