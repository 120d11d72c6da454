import {
  type AttributeDefinition,
  type AttributeValue,
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type Endpoint, scalingClient } from "./endpoint.ts";
import { keyAttributeNames } from "./key-bytes.ts";
import { METADATA_TABLE } from "./ledger-tables.ts";
import { registerScaling } from "./scaling.ts";
import { storedColumns, storedIndexes, type Table } from "./table.ts";
import { enableRecovery, untilActive } from "./table-readiness.ts";

/** Options of ScalarDB's schema loader, under its own words. */
export interface SchemaOptions {
  /** Put in front of every name, raw: `prod_` gives `prod_scalar.asset`. */
  readonly prefix: string;
  /** Read and write capacity of each table and index. */
  readonly ru?: number;
  /** `false` where the endpoint knows no Application Auto Scaling (`--no-scaling`). */
  readonly scaling?: boolean;
  /** `false` where the endpoint knows no point-in-time recovery (`--no-backup`). */
  readonly backup?: boolean;
}

const DEFAULT_RU = 10;
const METADATA_RU = 1;

/** Creates the tables as ScalarDB's schema loader does: table, auto scaling, PITR, then its metadata item. */
export async function createSchema(
  client: DynamoDBClient,
  endpoint: Endpoint,
  tables: readonly Table[],
  options: SchemaOptions,
): Promise<void> {
  await createMetadataTable(client, options);
  const scaling = options.scaling === false ? undefined : scalingClient(endpoint);
  try {
    await Promise.all(
      tables.map(async (table) => {
        const name = options.prefix + table.name;
        await create(client, tableInput(table, options), options);
        if (scaling) await registerScaling(scaling, name, indexNames(table, name), options.ru ?? DEFAULT_RU);
        await client.send(
          new PutItemCommand({ TableName: options.prefix + METADATA_TABLE, Item: metadataItem(table, name) }),
        );
      }),
    );
  } finally {
    scaling?.destroy();
  }
}

async function createMetadataTable(client: DynamoDBClient, options: SchemaOptions): Promise<void> {
  await create(
    client,
    {
      TableName: options.prefix + METADATA_TABLE,
      AttributeDefinitions: [{ AttributeName: "table", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "table", KeyType: "HASH" }],
      ProvisionedThroughput: { ReadCapacityUnits: METADATA_RU, WriteCapacityUnits: METADATA_RU },
    },
    options,
  );
}

async function create(
  client: DynamoDBClient,
  input: CreateTableCommandInput,
  options: SchemaOptions,
): Promise<void> {
  const name = String(input.TableName);
  await client.send(new CreateTableCommand(input));
  await untilActive(client, name);
  if (options.backup !== false) await enableRecovery(client, name);
}

function tableInput(table: Table, options: SchemaOptions): CreateTableCommandInput {
  const name = options.prefix + table.name;
  const ru = options.ru ?? DEFAULT_RU;
  const throughput = { ReadCapacityUnits: ru, WriteCapacityUnits: ru };
  const keys = keyAttributeNames(table);
  const indexes = storedIndexes(table).map((column) => ({
    IndexName: indexName(name, column),
    KeySchema: [{ AttributeName: column, KeyType: "HASH" as const }],
    Projection: { ProjectionType: "ALL" as const },
    ProvisionedThroughput: throughput,
  }));
  return {
    TableName: name,
    AttributeDefinitions: [
      ...keys.map((key): AttributeDefinition => ({ AttributeName: key, AttributeType: "B" })),
      ...storedIndexes(table).map(
        (column): AttributeDefinition => ({ AttributeName: column, AttributeType: "S" }),
      ),
    ],
    KeySchema: keys.map((key, position) => ({
      AttributeName: key,
      KeyType: position === 0 ? "HASH" : "RANGE",
    })),
    ProvisionedThroughput: throughput,
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
  };
}

function indexNames(table: Table, name: string): readonly string[] {
  return storedIndexes(table).map((column) => indexName(name, column));
}

function indexName(name: string, column: string): string {
  return `${name}.global_index.${column}`;
}

/** What `scalardb.metadata` holds of a table; a restore takes its list of tables from here. */
function metadataItem(table: Table, name: string): Record<string, AttributeValue> {
  const strings = (values: readonly string[]) => values.map((value) => ({ S: value }));
  const types = Object.entries(storedColumns(table)).map(([column, type]) => [column, { S: type }]);
  const orders = table.clusteringKey.map((column) => [column, { S: "ASC" }]);
  return {
    table: { S: name },
    partitionKey: { L: strings(table.partitionKey) },
    columns: { M: Object.fromEntries(types) },
    ...(table.clusteringKey.length > 0 && {
      clusteringKey: { L: strings(table.clusteringKey) },
      clusteringOrders: { M: Object.fromEntries(orders) },
    }),
    ...(table.indexed.length > 0 && { secondaryIndex: { SS: [...storedIndexes(table)] } }),
  };
}
