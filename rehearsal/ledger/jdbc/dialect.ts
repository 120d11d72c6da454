import type { ColumnType } from "../table.ts";

/** What a column is to its table: ScalarDB gives keys and indexed columns types that an index can hold. */
export type ColumnUse = "key" | "indexed" | "plain";

/** Where ScalarDB's JDBC adapter speaks to each engine in its own way. */
export interface Dialect {
  readonly engine: "postgresql" | "mysql";
  quote(name: string): string;
  /** Of the value at a position, counted from 1. */
  placeholder(position: number): string;
  typeOf(type: ColumnType, use: ColumnUse): string;
  /** The end of an insert that overwrites a row with the same key. */
  overwriting(keys: readonly string[], assignments: string): string;
  /** A condition that did not hold, or a conflict with another transaction: nothing was written. */
  isRefusal(error: unknown): boolean;
}

const POSTGRESQL_TYPES: Readonly<Record<ColumnType, string>> = {
  bigint: "BIGINT",
  blob: "BYTEA",
  boolean: "BOOLEAN",
  double: "DOUBLE PRECISION",
  float: "REAL",
  int: "INT",
  text: "TEXT",
};

/** unique_violation, serialization_failure and deadlock_detected. */
const POSTGRESQL_REFUSALS = new Set(["23505", "40001", "40P01"]);

export const POSTGRESQL: Dialect = {
  engine: "postgresql",
  quote: (name) => `"${name}"`,
  placeholder: (position) => `$${position}`,
  typeOf: (type, use) => (type === "text" && use !== "plain" ? "VARCHAR(10485760)" : POSTGRESQL_TYPES[type]),
  overwriting: (keys, assignments) =>
    `ON CONFLICT (${keys.join(",")}) DO ${assignments === "" ? "NOTHING" : `UPDATE SET ${assignments}`}`,
  isRefusal: (error) => POSTGRESQL_REFUSALS.has(String((error as { code?: unknown }).code)),
};

const MYSQL_TYPES: Readonly<Record<ColumnType, string>> = {
  bigint: "BIGINT",
  blob: "LONGBLOB",
  boolean: "BOOLEAN",
  double: "DOUBLE",
  float: "REAL",
  int: "INT",
  text: "LONGTEXT",
};
const MYSQL_KEY_TYPES: Partial<Record<ColumnType, string>> = { text: "VARCHAR(128)", blob: "VARBINARY(128)" };

const MYSQL_REFUSALS = new Set(["ER_DUP_ENTRY", "ER_LOCK_DEADLOCK", "ER_LOCK_WAIT_TIMEOUT"]);

export const MYSQL: Dialect = {
  engine: "mysql",
  quote: (name) => `\`${name}\``,
  placeholder: () => "?",
  typeOf: (type, use) => (use === "plain" ? undefined : MYSQL_KEY_TYPES[type]) ?? MYSQL_TYPES[type],
  overwriting: (keys, assignments) =>
    `ON DUPLICATE KEY UPDATE ${assignments === "" ? `${keys[0]}=${keys[0]}` : assignments}`,
  isRefusal: (error) => MYSQL_REFUSALS.has(String((error as { code?: unknown }).code)),
};
