import { isSystemKeyspace } from "../../restore/cassandra/captured.ts";
import type { CqlNode, CqlRow } from "./cql.ts";

const TABLES = "SELECT keyspace_name, table_name FROM system_schema.tables";
const COLUMNS =
  "SELECT keyspace_name, table_name, column_name, kind, position, type FROM system_schema.columns";
const INDEXES = "SELECT keyspace_name, table_name, index_name, kind, options FROM system_schema.indexes";

interface DescribedColumn {
  readonly name: string;
  readonly kind: string;
  readonly position: number;
  readonly type: string;
}

interface DescribedIndex {
  readonly name: string;
  readonly kind: string;
  /** A column by its real name, or what is made of one, such as `values(tags)`. */
  readonly target: string;
}

/** A table as Cassandra itself describes it. */
export interface DescribedTable {
  readonly namespace: string;
  readonly table: string;
  readonly columns: readonly DescribedColumn[];
  readonly indexes: readonly DescribedIndex[];
}

/** Those of all keyspaces but Cassandra's own. */
export async function describedTables(node: CqlNode): Promise<readonly DescribedTable[]> {
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
      indexes: (indexesOf.get(nameOf(row)) ?? []).map(indexOf).sort(byTarget),
    }));
}

function nameOf(row: CqlRow): string {
  return `${textOf(row, "keyspace_name")}.${textOf(row, "table_name")}`;
}

function textOf(row: CqlRow, column: string): string {
  return String(row[column]);
}

function columnOf(row: CqlRow): DescribedColumn {
  return {
    name: textOf(row, "column_name"),
    kind: textOf(row, "kind"),
    position: Number(row["position"]),
    type: textOf(row, "type"),
  };
}

/** Only keys have places. */
function byPlace(one: DescribedColumn, other: DescribedColumn): number {
  return one.position - other.position || (one.name < other.name ? -1 : 1);
}

function indexOf(row: CqlRow): DescribedIndex {
  return { name: textOf(row, "index_name"), kind: textOf(row, "kind"), target: targetOf(row) };
}

function byTarget(one: DescribedIndex, other: DescribedIndex): number {
  return one.target < other.target ? -1 : 1;
}

/** A name that is not in lower case stands in quotes there. */
function targetOf({ options }: CqlRow): string {
  const target = String((options as Readonly<Record<string, string>> | null)?.["target"]);
  return /^".*"$/s.test(target) ? target.slice(1, -1).replaceAll('""', '"') : target;
}
