import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { ColumnType, TableSchema } from "../../verify/row-source.ts";
import { isTransactional, roleOf, type SystemNamespaces } from "../../verify/table-role.ts";
import { columnTypeOf } from "./column-type.ts";
import type { CqlNode } from "./cql.ts";
import { type DescribedTable, describedTables } from "./described-tables.ts";

/**
 * The tables of all keyspaces but Cassandra's own. ScalarDB keeps no list of its tables in Cassandra, so a keyspace
 * that it cannot read and where nothing is its own is somebody else's, such as a repair tool's, and is left out.
 */
export async function readCqlSchemas(
  node: CqlNode,
  namespaces: SystemNamespaces,
): Promise<readonly TableSchema[]> {
  const tables = await describedTables(node);
  const keyspaces = Map.groupBy(tables, ({ namespace }) => namespace);
  const ours = [...keyspaces.values()].filter(
    (all) => all.every(isReadable) || isOfScalardb(all, namespaces),
  );
  refuseUnreadable(ours.flat());
  return ours
    .flatMap((all) => all.map((each) => schemaOf(each, namespaces)))
    .sort((one, other) => (one.physical < other.physical ? -1 : 1));
}

function isReadable({ columns }: DescribedTable): boolean {
  return columns.every(({ type }) => columnTypeOf(type) !== undefined);
}

function isOfScalardb(tables: readonly DescribedTable[], namespaces: SystemNamespaces): boolean {
  return tables.some((each) => schemaOf(each, namespaces).role !== "other");
}

function refuseUnreadable(tables: readonly DescribedTable[]): void {
  const unknown = tables.flatMap(({ namespace, table, columns }) =>
    columns
      .filter(({ type }) => columnTypeOf(type) === undefined)
      .map(({ name, type }) => `"${namespace}.${table}" has column "${name}" of type ${type}`),
  );
  if (unknown.length === 0) return;
  throw new StillpointError(
    "DATABASE_REFUSED",
    `cannot read tables that ScalarDB cannot read either: ${unknown.join("; ")}. Nothing was read; move what is not ScalarDB's into a keyspace of its own`,
  );
}

function schemaOf(
  { namespace, table, columns: all, indexes }: DescribedTable,
  namespaces: SystemNamespaces,
): TableSchema {
  const columns: Record<string, ColumnType> = {};
  for (const { name, type } of all) {
    const known = columnTypeOf(type);
    if (known !== undefined) columns[name] = known;
  }
  const namesOf = (kind: string) => all.filter((each) => each.kind === kind).map(({ name }) => name);
  return {
    physical: `${namespace}.${table}`,
    namespace,
    table,
    role: roleOf(namespace, table, columns, namespaces),
    transactional: isTransactional(columns),
    partitionKey: namesOf("partition_key"),
    clusteringKey: namesOf("clustering"),
    columns,
    secondaryIndexes: indexes.map(({ target }) => target),
  };
}
