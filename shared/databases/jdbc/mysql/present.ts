import type { Sql } from "../../sql/sql.ts";

/** What is under these names. */
export async function presentSchemas(
  sql: Sql,
  schemas: readonly string[],
): Promise<readonly { readonly name: string; readonly tables: number; readonly bytes: number }[]> {
  const rows = await sql.query(
    `SELECT s.SCHEMA_NAME AS name, COUNT(t.TABLE_NAME) AS tables,
       SUM(COALESCE(t.DATA_LENGTH, 0) + COALESCE(t.INDEX_LENGTH, 0)) AS bytes
     FROM information_schema.SCHEMATA s LEFT JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = s.SCHEMA_NAME
     WHERE s.SCHEMA_NAME IN (?) GROUP BY s.SCHEMA_NAME ORDER BY s.SCHEMA_NAME`,
    [schemas],
  );
  return rows.map(({ name, tables, bytes }) => ({
    name: String(name),
    tables: Number(tables),
    bytes: Number(bytes),
  }));
}
