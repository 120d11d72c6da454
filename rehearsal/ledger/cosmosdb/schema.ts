import type { CosmosClient, DatabaseRequest, IndexingPolicy } from "@azure/cosmos";
import { METADATA_TABLE } from "../ledger-tables.ts";
import type { SchemaOptions } from "../schema.ts";
import { storedColumns, storedIndexes, type Table } from "../table.ts";
import { containerOf, MUTATE } from "./storage.ts";

const DEFAULT_RU = 400;
/** From here on a database scales by itself. */
const LEAST_AUTOSCALE_RU = 4_000;

/** ScalarDB puts its own code here; the rehearsal's Cosmos DB knows the procedure by its name. */
const MUTATE_BODY =
  "function mutate(num, ...args) {\n  getContext().abort(new Error('of the rehearsal'));\n}\n";

type Options = Pick<SchemaOptions, "prefix" | "ru" | "scaling">;

/** Creates databases and containers as ScalarDB's schema loader does, each container with the procedure. */
export async function createCosmosdbSchema(
  client: CosmosClient,
  tables: readonly Table[],
  options: Options,
): Promise<void> {
  const [metadataNamespace = "", metadataTable = ""] = METADATA_TABLE.split(".");
  const namespaces = new Set(tables.map(({ name }) => name.split(".")[0]));
  await client.databases.create({ id: options.prefix + metadataNamespace, throughput: DEFAULT_RU });
  for (const namespace of namespaces)
    await client.databases.create({ id: `${options.prefix}${namespace}`, ...throughputOf(options) });
  const metadata = await client
    .database(options.prefix + metadataNamespace)
    .containers.create({ id: metadataTable, partitionKey: { paths: ["/id"] } });
  for (const table of tables) {
    await createContainer(client, options.prefix, table);
    await metadata.container.items.create(metadataOf(table));
  }
}

function throughputOf({ ru = DEFAULT_RU, scaling }: Options): DatabaseRequest {
  return ru < LEAST_AUTOSCALE_RU || scaling === false ? { throughput: ru } : { maxThroughput: ru };
}

async function createContainer(client: CosmosClient, prefix: string, table: Table): Promise<void> {
  const { id, database } = containerOf(client, prefix, table);
  const { container } = await database.containers.create({
    id,
    partitionKey: { paths: ["/concatenatedPartitionKey"] },
    indexingPolicy: indexingOf(table),
  });
  await container.scripts.storedProcedures.create({ id: MUTATE, body: MUTATE_BODY });
}

/** Nothing is indexed but the primary key and the secondary indexes. */
function indexingOf(table: Table): IndexingPolicy {
  const { clusteringKey } = table;
  const partition = "/concatenatedPartitionKey";
  const paths = [
    ...(clusteringKey.length === 0 ? [partition] : []),
    ...storedIndexes(table).map((name) => `/values/${name}`),
  ];
  const order = [partition, ...clusteringKey.map((name) => `/clusteringKey/${name}`)];
  return {
    indexingMode: "consistent",
    automatic: true,
    includedPaths: paths.map((path) => ({ path: `${path}/?` })),
    excludedPaths: [{ path: "/*" }],
    ...(clusteringKey.length > 0 && {
      compositeIndexes: [order.map((path) => ({ path, order: "ascending" as const }))],
    }),
  };
}

/** What `scalardb.metadata` holds of a table. */
function metadataOf(table: Table) {
  return {
    id: table.name,
    partitionKeyNames: table.partitionKey,
    clusteringKeyNames: table.clusteringKey,
    clusteringOrders: Object.fromEntries(table.clusteringKey.map((name) => [name, "ASC"])),
    secondaryIndexNames: storedIndexes(table),
    columns: storedColumns(table),
  };
}
