import { StillpointError } from "../../errors/stillpoint-error.ts";
import { isSystemKeyspace } from "../../restore/cassandra/captured.ts";
import type { ColumnType, TableSchema } from "../../verify/row-source.ts";
import { isTransactional, roleOf, type SystemNamespaces } from "../../verify/table-role.ts";
import { columnTypeOf } from "./column-type.ts";
import type { CqlNode, CqlRow } from "./cql.ts";

const TABLES = "SELECT keyspace_name, table_name FROM system_schema.tables";
const COLUMNS =
  "SELECT keyspace_name, table_name, column_name, kind, position, type FROM system_schema.columns";
const INDEXES = "SELECT keyspace_name, table_name, options FROM system_schema.indexes";

interface Column {
  readonly name: string;
  readonly kind: string;
  readonly position: number;
  readonly type: string;
}

interface Described {
  readonly namespace: string;
  readonly table: string;
  readonly columns: readonly Column[];
  readonly indexes: readonly string[];
}

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

async function describedTables(node: CqlNode): Promise<readonly Described[]> {
  const [tables, columns, indexes] = await Promise.all(
    [TABLES, COLUMNS, INDEXES].map((text) => node.query(text)),
  );
  const columnsOf = Map.groupBy(columns ?? [], nameOf);
  const indexesOf = Map.groupBy(indexes ?? [], nameOf);
  return (tables ?? [])
    .filter((row) => !isSystemKeyspace(textOf(row, "keyspace_name")))
    .map((row) => ({
      namespace: textOf(row, "keyspace_name"),
      table: textOf(row, "table_name"),
      columns: (columnsOf.get(nameOf(row)) ?? []).map(columnOf).sort(byPlace),
      indexes: (indexesOf.get(nameOf(row)) ?? []).map(indexedColumn).sort(),
    }));
}

function nameOf(row: CqlRow): string {
  return `${textOf(row, "keyspace_name")}.${textOf(row, "table_name")}`;
}

function textOf(row: CqlRow, column: string): string {
  return String(row[column]);
}

function columnOf(row: CqlRow): Column {
  return {
    name: textOf(row, "column_name"),
    kind: textOf(row, "kind"),
    position: Number(row["position"]),
    type: textOf(row, "type"),
  };
}

/** Only keys have places. */
function byPlace(one: Column, other: Column): number {
  return one.position - other.position || (one.name < other.name ? -1 : 1);
}

/** A name that is not in lower case stands in quotes there. */
function indexedColumn({ options }: CqlRow): string {
  const target = String((options as Readonly<Record<string, string>> | null)?.["target"]);
  return /^".*"$/s.test(target) ? target.slice(1, -1).replaceAll('""', '"') : target;
}

function isReadable({ columns }: Described): boolean {
  return columns.every(({ type }) => columnTypeOf(type) !== undefined);
}

function isOfScalardb(tables: readonly Described[], namespaces: SystemNamespaces): boolean {
  return tables.some((each) => schemaOf(each, namespaces).role !== "other");
}

function refuseUnreadable(tables: readonly Described[]): void {
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
  { namespace, table, columns: all, indexes }: Described,
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
    secondaryIndexes: indexes,
  };
}
