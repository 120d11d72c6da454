import { quoted } from "../../../shared/databases/sql/quote.ts";
import type { MetadataRow } from "../../../shared/databases/sql/row-schema.ts";
import type { Sql, SqlEngine } from "../../../shared/databases/sql/sql.ts";
import { fixtureText } from "../../verify/fixture-source.ts";

type FixtureRow = Readonly<Record<string, unknown>>;
interface Line {
  readonly table: string;
  readonly row: FixtureRow;
}

/** As ScalarDB's own schema loader types columns on each engine; key columns of text and blobs need a length in MySQL. */
const TYPES: Readonly<Record<SqlEngine, Readonly<Record<string, string>>>> = {
  postgresql: {
    BOOLEAN: "boolean",
    INT: "int",
    BIGINT: "bigint",
    FLOAT: "real",
    DOUBLE: "double precision",
    TEXT: "text",
    BLOB: "bytea",
    DATE: "date",
    TIME: "time",
    TIMESTAMP: "timestamp",
    TIMESTAMPTZ: "timestamp with time zone",
  },
  mysql: {
    BOOLEAN: "BOOLEAN",
    INT: "INT",
    BIGINT: "BIGINT",
    FLOAT: "REAL",
    DOUBLE: "DOUBLE",
    TEXT: "LONGTEXT",
    BLOB: "LONGBLOB",
    DATE: "DATE",
    TIME: "TIME(6)",
    TIMESTAMP: "DATETIME(3)",
    TIMESTAMPTZ: "DATETIME(3)",
  },
};
const KEY_TYPES: Readonly<Record<SqlEngine, Readonly<Record<string, string>>>> = {
  postgresql: { TEXT: "varchar(10485760)" },
  mysql: { TEXT: "VARCHAR(128)", BLOB: "VARBINARY(128)" },
};
const METADATA_TYPES: Readonly<Record<keyof MetadataRow | "clustering_order", string>> = {
  full_table_name: "varchar(128)",
  column_name: "varchar(128)",
  data_type: "varchar(20) NOT NULL",
  key_type: "varchar(20)",
  clustering_order: "varchar(10)",
  indexed: "boolean NOT NULL",
  ordinal_position: "integer NOT NULL",
};
const ROWS_AT_A_TIME = 100;

/** Puts a fixture of the real Ledger into empty schemas, in ScalarDB's JDBC layout, and says which schemas these are. */
export async function loadIntoSql(sql: Sql, file: string): Promise<readonly string[]> {
  const lines = fixtureText(file)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
  return loadLines(sql, lines);
}

async function loadLines(sql: Sql, lines: readonly Line[]): Promise<readonly string[]> {
  const { engine } = sql;
  const byTable = Map.groupBy(lines, ({ table }) => table);
  const metadata = (byTable.get("scalardb.metadata") ?? []).map(({ row }) => row as unknown as MetadataRow);
  const described = Map.groupBy(metadata, (row) => row.full_table_name);
  const schemas = [...new Set([...described.keys(), "scalardb.metadata"].map(schemaOf))].sort();
  for (const schema of schemas) await sql.query(`CREATE SCHEMA ${quoted(engine, schema)}`);
  await sql.query(metadataTable(engine));
  for (const [name, columns] of described) await createTable(sql, name, columns);
  for (const [name, of] of byTable) await insertAll(sql, name, { columns: described.get(name) ?? [], of });
  return schemas;
}

function schemaOf(name: string): string {
  return name.slice(0, name.indexOf("."));
}

function tableName(engine: SqlEngine, name: string): string {
  return quoted(engine, schemaOf(name), name.slice(name.indexOf(".") + 1));
}

function metadataTable(engine: SqlEngine): string {
  const columns = Object.entries(METADATA_TYPES).map(([name, type]) => `${quoted(engine, name)} ${type}`);
  return `CREATE TABLE ${quoted(engine, "scalardb", "metadata")} (${columns.join(", ")},
    PRIMARY KEY (full_table_name, column_name))`;
}

async function createTable(sql: Sql, name: string, described: readonly MetadataRow[]): Promise<void> {
  const { engine } = sql;
  const columns = described.toSorted((one, other) => one.ordinal_position - other.ordinal_position);
  const types = columns.map((column) => `${quoted(engine, column.column_name)} ${typeOf(engine, column)}`);
  const keys = ["PARTITION", "CLUSTERING"].flatMap((type) =>
    columns.filter(({ key_type }) => key_type === type).map(({ column_name }) => quoted(engine, column_name)),
  );
  await sql.query(
    `CREATE TABLE ${tableName(engine, name)} (${types.join(", ")}, PRIMARY KEY (${keys.join(", ")}))`,
  );
  for (const { column_name, indexed } of columns)
    if (indexed)
      await sql.query(
        `CREATE INDEX ${quoted(engine, `index_${name.replace(".", "_")}_${column_name}`)}
           ON ${tableName(engine, name)} (${quoted(engine, column_name)})`,
      );
}

function typeOf(engine: SqlEngine, { data_type, key_type, indexed }: MetadataRow): string {
  const isKey = key_type !== null || Boolean(indexed);
  const type = (isKey ? KEY_TYPES[engine][data_type] : undefined) ?? TYPES[engine][data_type];
  if (type === undefined) throw new Error(`no type for ${data_type}`);
  return type;
}

interface Rows {
  readonly columns: readonly MetadataRow[];
  readonly of: readonly Line[];
}

async function insertAll(sql: Sql, name: string, { columns, of }: Rows): Promise<void> {
  const names = Object.keys(of[0]?.row ?? {});
  const blobs = new Set(
    columns.filter(({ data_type }) => data_type === "BLOB").map((each) => each.column_name),
  );
  for (let from = 0; from < of.length; from += ROWS_AT_A_TIME) {
    const rows = of.slice(from, from + ROWS_AT_A_TIME);
    const values = rows.flatMap(({ row }) =>
      names.map((column) => parameterOf(row[column], blobs.has(column))),
    );
    await sql.query(insertOf(sql.engine, name, { names, rows: rows.length }), values);
  }
}

function insertOf(
  engine: SqlEngine,
  name: string,
  { names, rows }: { readonly names: readonly string[]; readonly rows: number },
): string {
  const mark = (row: number, column: number) =>
    engine === "postgresql" ? `$${row * names.length + column + 1}` : "?";
  const tuples = Array.from(
    { length: rows },
    (_, row) => `(${names.map((__, column) => mark(row, column)).join(", ")})`,
  );
  const list = names.map((column) => quoted(engine, column)).join(", ");
  return `INSERT INTO ${tableName(engine, name)} (${list}) VALUES ${tuples.join(", ")}`;
}

function parameterOf(value: unknown, isBlob: boolean): unknown {
  return isBlob && typeof value === "string" ? Buffer.from(value.slice(2), "hex") : value;
}
