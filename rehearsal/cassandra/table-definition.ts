import type { Table } from "./schema.ts";
import { SYSTEM_SCHEMA } from "./system-tables.ts";

/** What a snapshot's `schema.cql` holds; Cassandra writes none for its own tables. */
export function tableDefinition(table: Table): string | undefined {
  if (SYSTEM_SCHEMA.has(table.keyspace)) return undefined;
  const columns = table.columns.map(({ name, type }) => `    ${name} ${type.text}`);
  const key = [
    `(${table.partitionKey.map(({ name }) => name).join(", ")})`,
    ...table.clusteringKey.map(({ name }) => name),
  ];
  const order = table.clusteringKey.map(({ name, descending }) => `${name} ${descending ? "DESC" : "ASC"}`);
  const options = [
    `ID = ${table.id}`,
    ...(order.length > 0 ? [`CLUSTERING ORDER BY (${order.join(", ")})`] : []),
  ];
  const lines = [
    `CREATE TABLE IF NOT EXISTS ${table.keyspace}.${table.name} (`,
    `${[...columns, `    PRIMARY KEY (${key.join(", ")})`].join(",\n")}`,
    `) WITH ${options.join("\n    AND ")};`,
    ...table.indexes.map(
      ({ name, column }) =>
        `CREATE INDEX IF NOT EXISTS ${name} ON ${table.keyspace}.${table.name} (${column});`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
