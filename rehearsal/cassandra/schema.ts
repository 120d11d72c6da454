import type { CqlType } from "./cql-type.ts";
import { invalid } from "./refusal.ts";

export interface Column {
  readonly name: string;
  readonly type: CqlType;
  readonly kind: "partition_key" | "clustering" | "regular";
  /** Within the key; -1 of a column that is not in it. */
  readonly position: number;
  readonly descending: boolean;
}

export interface TableIndex {
  readonly name: string;
  readonly column: string;
}

export interface Table {
  readonly keyspace: string;
  readonly name: string;
  /** As Cassandra spells it, with dashes. */
  readonly id: string;
  /** In the order of `SELECT *`: the key, then the others by name. */
  readonly columns: readonly Column[];
  readonly partitionKey: readonly Column[];
  readonly clusteringKey: readonly Column[];
  readonly indexes: readonly TableIndex[];
}

export interface Keyspace {
  readonly name: string;
  /** Such as `{ class: "org.apache.cassandra.locator.SimpleStrategy", replication_factor: "3" }`. */
  readonly replication: Readonly<Record<string, string>>;
  /** By name. */
  readonly tables: ReadonlyMap<string, Table>;
}

/** By name. */
export type Schema = ReadonlyMap<string, Keyspace>;

export function tableFrom(
  named: Pick<Table, "keyspace" | "name" | "id" | "indexes">,
  columns: readonly Column[],
): Table {
  const inKey = (kind: Column["kind"]) =>
    columns.filter((column) => column.kind === kind).sort((a, b) => a.position - b.position);
  const [partitionKey, clusteringKey] = [inKey("partition_key"), inKey("clustering")];
  const others = inKey("regular").sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    ...named,
    columns: [...partitionKey, ...clusteringKey, ...others],
    partitionKey,
    clusteringKey,
  };
}

export function columnOf(table: Table, name: string): Column {
  const column = table.columns.find((each) => each.name === name);
  if (column === undefined)
    throw invalid(`Undefined column name ${name} in table ${table.keyspace}.${table.name}`);
  return column;
}

export function tableOf(schema: Schema, keyspace: string | undefined, name: string): Table {
  if (keyspace === undefined)
    throw invalid("No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename");
  const found = schema.get(keyspace);
  if (found === undefined) throw invalid(`keyspace ${keyspace} does not exist`);
  const table = found.tables.get(name);
  if (table === undefined) throw invalid(`table ${name} does not exist`);
  return table;
}

/** Cassandra's own, which every node keeps for itself. */
export function isLocal({ replication }: Pick<Keyspace, "replication">): boolean {
  return String(replication["class"]).endsWith("LocalStrategy");
}
