import { readSqlSchemas } from "../../../shared/databases/sql/row-schema.ts";
import { scanSqlTable } from "../../../shared/databases/sql/rows.ts";
import type { Sql } from "../../../shared/databases/sql/sql.ts";
import type { RowSource } from "../../../shared/verify/row-source.ts";
import { DEFAULT_NAMESPACES } from "../../../shared/verify/table-role.ts";

export const WHERE = { metadataNamespace: "scalardb", namespaces: DEFAULT_NAMESPACES };

export async function sourceOfSql(sql: Sql): Promise<RowSource> {
  const tables = await readSqlSchemas(sql, WHERE);
  return { tables, scan: (table, segment, segments) => scanSqlTable(sql, table, segment, segments) };
}
