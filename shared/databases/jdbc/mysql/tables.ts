import type { DumpedTable } from "../../../restore/jdbc/captured.ts";
import type { SqlRow, SqlSession } from "../../sql/sql.ts";
import type { Product } from "./product.ts";

/** Whatever can be asked: the server, or one connection of it. */
export type Asked = Pick<SqlSession, "query">;

/** A table or a view as it is at one moment. */
export interface Table extends DumpedTable {
  readonly isView: boolean;
  /** Undefined for a view. */
  readonly engine?: string;
  /** `BASE TABLE`, `VIEW`, `SEQUENCE`, `SYSTEM VERSIONED`. */
  readonly type: string;
  readonly collation?: string;
  /** Another one once it was created anew, truncated or altered: when it was created, InnoDB's ids, its columns. */
  readonly identity: string;
}

const SYSTEM_TABLES: Readonly<Record<Product, string>> = {
  MariaDB: "information_schema.INNODB_SYS_TABLES",
  MySQL: "information_schema.INNODB_TABLES",
};

const TABLES = `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS name, TABLE_TYPE AS type, ENGINE AS engine,
    TABLE_ROWS AS \`rows\`, COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0) AS bytes, TABLE_COLLATION AS collation,
    CREATE_TIME AS created, ${fileName("TABLE_SCHEMA")} AS schemaFile, ${fileName("TABLE_NAME")} AS tableFile
  FROM information_schema.TABLES WHERE TABLE_SCHEMA IN (?) ORDER BY TABLE_SCHEMA, TABLE_NAME`;

const COLUMNS = `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS name,
    MD5(GROUP_CONCAT(CONCAT_WS(' ', COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLLATION_NAME, COLUMN_KEY, EXTRA)
      ORDER BY ORDINAL_POSITION)) AS digest
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA IN (?) GROUP BY TABLE_SCHEMA, TABLE_NAME`;

/** Names that InnoDB uses are spelled as files are. As bytes, or the server would spell them out again. */
function fileName(column: string): string {
  return `CONVERT(CONVERT(${column} USING filename) USING binary)`;
}

/** Everything in these schemas. `sees` tells whether InnoDB's ids may be read: the privilege PROCESS. */
export async function readTables(
  asked: Asked,
  { product, sees }: { readonly product: Product; readonly sees: boolean },
  schemas: readonly string[],
): Promise<readonly Table[]> {
  if (schemas.length === 0) return [];
  const rows = await asked.query(TABLES, [schemas]);
  const digests = new Map(
    (await asked.query(COLUMNS, [schemas])).map((row) => [placeOf(row), row["digest"]]),
  );
  const ids = sees ? await readIds(asked, product, rows) : new Map<string, string>();
  return rows.map((row) => {
    const file = `${text(row["schemaFile"])}/${text(row["tableFile"])}`;
    const parts = [row["created"], ids.get(file.toLowerCase()), digests.get(placeOf(row))];
    return tableOf(row, parts.filter((part) => typeof part === "string").join(" "));
  });
}

function tableOf(row: SqlRow, identity: string): Table {
  return {
    schema: String(row["schema"]),
    name: String(row["name"]),
    ...(row["rows"] !== null && { rows: Number(row["rows"]) }),
    bytes: Number(row["bytes"]),
    type: String(row["type"]),
    isView: row["type"] === "VIEW",
    ...(row["engine"] !== null && { engine: String(row["engine"]) }),
    ...(row["collation"] !== null && { collation: String(row["collation"]) }),
    identity,
  };
}

/** By the names of files, partitions taken together. A server may keep its names in lower case. */
async function readIds(
  asked: Asked,
  product: Product,
  tables: readonly SqlRow[],
): Promise<ReadonlyMap<string, string>> {
  const schemas = [...new Set(tables.map((row) => text(row["schemaFile"])))];
  if (schemas.length === 0) return new Map();
  const rows = await asked.query(
    `SELECT NAME AS name, TABLE_ID AS id FROM ${SYSTEM_TABLES[product]}
     WHERE SUBSTRING_INDEX(NAME, '/', 1) IN (?) ORDER BY TABLE_ID`,
    [schemas],
  );
  const ids = new Map<string, string>();
  for (const row of rows) {
    const file = String(row["name"])
      .toLowerCase()
      .replace(/#p#.*$/s, "");
    ids.set(file, [ids.get(file), String(row["id"])].filter((id) => id !== undefined).join(","));
  }
  return ids;
}

function placeOf(row: SqlRow): string {
  return JSON.stringify([row["schema"], row["name"]]);
}

function text(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString("latin1") : String(value);
}

/** What the identity of a backup keeps of a table. */
export function identityOf({ schema, name, identity }: Table): string {
  return `table ${JSON.stringify(schema)}.${JSON.stringify(name)} ${identity}`;
}
