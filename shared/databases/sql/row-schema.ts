import type { ColumnType, TableSchema } from "../../verify/row-source.ts";
import { isTransactional, roleOf, type SystemNamespaces } from "../../verify/table-role.ts";
import type { Names } from "../jdbc/server.ts";
import { quoted } from "./quote.ts";
import type { Sql, SqlEngine } from "./sql.ts";

/** One column of a table, as ScalarDB's metadata has it on every SQL database. */
export interface MetadataRow {
  readonly full_table_name: string;
  readonly column_name: string;
  readonly data_type: string;
  readonly key_type: string | null;
  /** MySQL's booleans are numbers. */
  readonly indexed: boolean | number;
  readonly ordinal_position: number;
}

interface Where {
  readonly metadataNamespace: string;
  readonly namespaces: SystemNamespaces;
  /** What schemas are called now, by what they were called in the dump. On PostgreSQL only databases are renamed. */
  readonly rename?: Names;
}

const COLUMNS = "full_table_name, column_name, data_type, key_type, indexed, ordinal_position";

/** The tables that ScalarDB's metadata lists. */
export async function readSqlSchemas(
  sql: Pick<Sql, "engine" | "query">,
  { metadataNamespace, namespaces, rename = {} }: Where,
): Promise<readonly TableSchema[]> {
  const actual = (schema: string) => actualName(sql.engine, schema, rename);
  const rows = await sql.query(
    `SELECT ${COLUMNS} FROM ${quoted(sql.engine, actual(metadataNamespace), "metadata")}`,
  );
  const tables = Map.groupBy(rows as unknown as readonly MetadataRow[], (row) => row.full_table_name);
  return [...tables]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, columns]) => sqlTableSchema(name, columns, { namespaces, actual }));
}

function actualName(engine: SqlEngine, schema: string, rename: Names): string {
  return engine === "mysql" ? (rename[schema] ?? schema) : schema;
}

function sqlTableSchema(
  name: string,
  described: readonly MetadataRow[],
  {
    namespaces,
    actual,
  }: { readonly namespaces: SystemNamespaces; readonly actual: (schema: string) => string },
): TableSchema {
  const { namespace, table } = splitName(name);
  const ordered = described.toSorted((one, other) => one.ordinal_position - other.ordinal_position);
  const columns = Object.fromEntries(
    ordered.map((each) => [each.column_name, each.data_type.toLowerCase() as ColumnType]),
  );
  const namesOf = (some: (each: MetadataRow) => boolean) =>
    ordered.filter(some).map((each) => each.column_name);
  return {
    physical: `${actual(namespace)}.${table}`,
    namespace,
    table,
    role: roleOf(namespace, table, columns, namespaces),
    transactional: isTransactional(columns),
    partitionKey: namesOf((each) => each.key_type === "PARTITION"),
    clusteringKey: namesOf((each) => each.key_type === "CLUSTERING"),
    columns,
    secondaryIndexes: namesOf((each) => Boolean(each.indexed)).sort(),
  };
}

/** `schema.table`: a namespace has no dot, so the first one ends it. */
export function splitName(name: string): { readonly namespace: string; readonly table: string } {
  const dot = name.indexOf(".");
  return { namespace: name.slice(0, Math.max(dot, 0)), table: name.slice(dot + 1) };
}
