import type { Client } from "cassandra-driver";
import { METADATA_TABLE } from "../ledger-tables.ts";
import { storedColumns, storedIndexes, type Table } from "../table.ts";

const REPLICATION_FACTOR = 3;
const [METADATA_NAMESPACE = ""] = METADATA_TABLE.split(".");
/** On Cassandra, ScalarDB lists the namespaces only: of tables it asks Cassandra itself. */
const NAMESPACES = `${METADATA_NAMESPACE}.namespaces`;

/** Creates keyspaces and tables as ScalarDB's schema loader does. */
export async function createCassandraSchema(client: Client, tables: readonly Table[]): Promise<void> {
  const run = (query: string) => client.execute(query, [], { prepare: false });
  const namespaces = new Set(tables.map(({ name }) => String(name.split(".")[0])));
  await run(createKeyspace(METADATA_NAMESPACE));
  await run(`CREATE TABLE IF NOT EXISTS ${NAMESPACES} (name text, PRIMARY KEY (name))`);
  for (const namespace of namespaces) {
    await run(createKeyspace(namespace));
    await client.execute(`INSERT INTO ${NAMESPACES} (name) VALUES (?)`, [namespace]);
  }
  for (const table of tables) {
    await run(createTable(table));
    for (const column of storedIndexes(table)) await run(createIndex(table, column));
  }
}

function createKeyspace(name: string): string {
  const replication = `{'class': 'SimpleStrategy', 'replication_factor': '${REPLICATION_FACTOR}'}`;
  return `CREATE KEYSPACE IF NOT EXISTS ${name} WITH replication = ${replication}`;
}

function createTable(table: Table): string {
  const { name, partitionKey, clusteringKey } = table;
  const columns = Object.entries(storedColumns(table)).map(([column, type]) => `${column} ${type}`);
  const key = [`(${partitionKey.join(", ")})`, ...clusteringKey].join(", ");
  const order = clusteringKey.map((column) => `${column} ASC`).join(", ");
  const options = [
    ...(order === "" ? [] : [`CLUSTERING ORDER BY (${order})`]),
    "compaction = {'class': 'SizeTieredCompactionStrategy'}",
  ];
  return `CREATE TABLE ${name} (${columns.join(", ")}, PRIMARY KEY (${key})) WITH ${options.join(" AND ")}`;
}

function createIndex({ name }: Table, column: string): string {
  return `CREATE INDEX ${name.split(".")[1]}_index_${column} ON ${name} (${column})`;
}
