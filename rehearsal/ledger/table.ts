import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** Types of ScalarDB's columns, as its metadata table spells them. */
export type ColumnType = "boolean" | "int" | "bigint" | "float" | "double" | "text" | "blob";

/** The values of some columns. A column that is NULL is not there. */
export type Columns = Readonly<Record<string, AttributeValue>>;

/** A table as its ScalarDB schema declares it: without the columns that Consensus Commit adds. */
export interface Table {
  /** `namespace.table`, without a deployment's prefix. */
  readonly name: string;
  readonly transactional: boolean;
  readonly partitionKey: readonly string[];
  readonly clusteringKey: readonly string[];
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly indexed: readonly string[];
}

/** The columns that Consensus Commit keeps with each record, in the order in which it writes them. */
const TX_COLUMNS = {
  tx_id: "text",
  tx_state: "int",
  tx_version: "int",
  tx_prepared_at: "bigint",
  tx_committed_at: "bigint",
} as const satisfies Record<string, ColumnType>;

function keyColumns(table: Table): readonly string[] {
  return [...table.partitionKey, ...table.clusteringKey];
}

/** The columns of which a prepared record keeps the previous value, in `before_` columns. */
export function versionedColumns(table: Table): readonly string[] {
  const key = keyColumns(table);
  return [...Object.keys(table.columns).filter((name) => !key.includes(name)), ...Object.keys(TX_COLUMNS)];
}

export function beforeColumns(table: Table): readonly string[] {
  return versionedColumns(table).map((name) => `before_${name}`);
}

/** Every column that is stored: of a transactional table also those of Consensus Commit. */
export function storedColumns(table: Table): Readonly<Record<string, ColumnType>> {
  if (!table.transactional) return table.columns;
  const declared: Record<string, ColumnType> = { ...table.columns, ...TX_COLUMNS };
  const before = versionedColumns(table).map((name) => [`before_${name}`, declared[name] ?? "text"]);
  return { ...declared, ...Object.fromEntries(before) };
}

/** An index on a column needs one on its previous value too, or a reader misses records in doubt. */
export function storedIndexes(table: Table): readonly string[] {
  if (!table.transactional) return table.indexed;
  const key = keyColumns(table);
  return table.indexed.flatMap((name) => (key.includes(name) ? [name] : [`before_${name}`, name]));
}

/** The key columns out of more columns. */
export function keyOf(table: Table, columns: Columns): Columns {
  return Object.fromEntries(
    keyColumns(table).map((name) => {
      const value = columns[name];
      if (!value) throw new Error(`a record of "${table.name}" came without its key column "${name}"`);
      return [name, value];
    }),
  );
}
