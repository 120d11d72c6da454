/** A decoded column. BIGINT columns fit a number (ScalarDB bounds them to 2^53); `bigint` is for what does not. */
export type Value = null | boolean | number | bigint | string | Uint8Array;

/** One row by column name; an absent column is NULL. */
export type Row = Readonly<Record<string, Value>>;

export type ColumnType =
  | "boolean"
  | "int"
  | "bigint"
  | "float"
  | "double"
  | "text"
  | "blob"
  | "date"
  | "time"
  | "timestamp"
  | "timestamptz";

/** What a table is to ScalarDB and ScalarDL; `record` is a user's table, `other` is read for its digest only. */
export type TableRole =
  | "record"
  | "asset"
  | "asset_metadata"
  | "coordinator"
  | "certificate"
  | "secret"
  | "contract"
  | "other";

export interface TableSchema {
  /** What the database calls it; a restored copy has a temporary name. */
  readonly physical: string;
  readonly namespace: string;
  readonly table: string;
  readonly role: TableRole;
  /** Whether its rows carry Consensus Commit's columns (`tx_id`, `tx_state`, ...). */
  readonly transactional: boolean;
  readonly partitionKey: readonly string[];
  readonly clusteringKey: readonly string[];
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly secondaryIndexes: readonly string[];
}

/** Some rows, with the digest of the raw records they were decoded from, so that one pass serves both. */
export interface Page {
  readonly rows: readonly Row[];
  /** Sum of the raw records' digests, see `table-digest.ts`. */
  readonly digest: bigint;
  /**
   * What the adapter itself calls the row at this place of `rows`, as one text that it can find the row again by; absent
   * where rows of such a database cannot be changed yet.
   */
  readonly keyAt?: (index: number) => string;
}

/** The tables of one deployment in one place: a restored copy, or the live tables. One per database. */
export interface RowSource {
  readonly tables: readonly TableSchema[];
  /** The rows of one of `segments` disjoint parts that together are the table; every read is consistent. */
  scan(table: TableSchema, segment: number, segments: number): AsyncIterable<Page>;
}

export function logicalName(table: TableSchema): string {
  return `${table.namespace}.${table.table}`;
}
