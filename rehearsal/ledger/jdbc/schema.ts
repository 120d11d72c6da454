import { METADATA_TABLE } from "../ledger-tables.ts";
import { type ColumnType, storedColumns, storedIndexes, type Table } from "../table.ts";
import type { ColumnUse, Dialect } from "./dialect.ts";
import type { SqlPool } from "./sql-pool.ts";
import { type Statement, tableName } from "./statement.ts";
import type { SqlValue } from "./value.ts";

const METADATA = { name: METADATA_TABLE };

/** Creates schemas and tables as ScalarDB's schema loader does, and lists the tables in its metadata. */
export async function createJdbcSchema({ dialect, run }: SqlPool, tables: readonly Table[]): Promise<void> {
  const plain = (text: string) => run({ text, values: [] });
  await plain(createSchema(dialect, METADATA_TABLE));
  await plain(createMetadataTable(dialect));
  for (const table of tables) {
    await plain(createSchema(dialect, table.name));
    await plain(createTable(dialect, table));
    for (const column of storedIndexes(table)) await plain(createIndex(dialect, table, column));
    for (const row of metadataRows(dialect, table)) await run(row);
  }
}

function createSchema({ quote }: Dialect, name: string): string {
  return `CREATE SCHEMA IF NOT EXISTS ${quote(String(name.split(".")[0]))}`;
}

function createMetadataTable(dialect: Dialect): string {
  const { quote } = dialect;
  const columns = [
    `${quote("full_table_name")} VARCHAR(128)`,
    `${quote("column_name")} VARCHAR(128)`,
    `${quote("data_type")} VARCHAR(20) NOT NULL`,
    `${quote("key_type")} VARCHAR(20)`,
    `${quote("clustering_order")} VARCHAR(10)`,
    `${quote("indexed")} BOOLEAN NOT NULL`,
    `${quote("ordinal_position")} INTEGER NOT NULL`,
    `PRIMARY KEY (${quote("full_table_name")}, ${quote("column_name")})`,
  ];
  return `CREATE TABLE IF NOT EXISTS ${tableName(dialect, METADATA)}(${columns.join(",")})`;
}

function createTable(dialect: Dialect, table: Table): string {
  const { quote } = dialect;
  const columns = inOrder(table).map(
    ([name, type]) => `${quote(name)} ${dialect.typeOf(type, useOf(table, name))}`,
  );
  const key = [...table.partitionKey, ...table.clusteringKey].map(quote);
  return `CREATE TABLE ${tableName(dialect, table)}(${columns.join(",")}, PRIMARY KEY (${key.join(",")}))`;
}

function createIndex(dialect: Dialect, table: Table, column: string): string {
  const { quote } = dialect;
  const name = quote(["index", ...table.name.split("."), column].join("_"));
  return `CREATE INDEX ${name} ON ${tableName(dialect, table)} (${quote(column)})`;
}

function useOf(table: Table, column: string): ColumnUse {
  if ([...table.partitionKey, ...table.clusteringKey].includes(column)) return "key";
  return storedIndexes(table).includes(column) ? "indexed" : "plain";
}

/** The key's columns come first. */
function inOrder(table: Table): readonly (readonly [string, ColumnType])[] {
  const columns = storedColumns(table);
  const names = new Set([...table.partitionKey, ...table.clusteringKey, ...Object.keys(columns)]);
  return [...names].map((name) => [name, columns[name] ?? "text"]);
}

function metadataRows(dialect: Dialect, table: Table): readonly Statement[] {
  const into = tableName(dialect, METADATA);
  return inOrder(table).map(([column, type], position) => {
    const values = metadataRow(table, column, type, position + 1);
    const given = values.map((_, index) => dialect.placeholder(index + 1)).join(",");
    return { text: `INSERT INTO ${into} VALUES (${given})`, values };
  });
}

function metadataRow(table: Table, column: string, type: ColumnType, position: number): readonly SqlValue[] {
  const clustering = table.clusteringKey.includes(column);
  const key = table.partitionKey.includes(column) ? "PARTITION" : clustering ? "CLUSTERING" : null;
  const isIndexed = storedIndexes(table).includes(column);
  return [table.name, column, type.toUpperCase(), key, clustering ? "ASC" : null, isIndexed, position];
}
