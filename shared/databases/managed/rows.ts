import type { Page, TableSchema } from "../../verify/row-source.ts";
import type { SystemNamespaces } from "../../verify/table-role.ts";
import { readSqlSchemas } from "../sql/row-schema.ts";
import { scanSqlTable } from "../sql/rows.ts";
import type { ManagedDatabase } from "./database.ts";

/** The tables that ScalarDB's metadata lists on a server, each with the server in its physical name. */
export async function readServerSchemas(
  { sqlOf, settings }: ManagedDatabase,
  server: string,
  namespaces: SystemNamespaces,
): Promise<readonly TableSchema[]> {
  const { metadataNamespace } = settings;
  const schemas = await readSqlSchemas(await sqlOf(server), { metadataNamespace, namespaces });
  return schemas.map((schema) => ({ ...schema, physical: `${server}/${schema.physical}` }));
}

/** One segment of a table, of whichever server its physical name says. */
export async function* scanServerTable(
  { sqlOf }: ManagedDatabase,
  schema: TableSchema,
  segment: number,
  segments: number,
): AsyncGenerator<Page> {
  // No server's name has a slash.
  const slash = schema.physical.indexOf("/");
  const sql = await sqlOf(schema.physical.slice(0, slash));
  yield* scanSqlTable(sql, { ...schema, physical: schema.physical.slice(slash + 1) }, segment, segments);
}
