import type { CassandraDatabase } from "../../databases/cassandra/database.ts";
import type { Page, TableSchema } from "../../verify/row-source.ts";
import type { ScopedTable } from "../../verify/scope.ts";
import { namespacesOf } from "../open-deployment.ts";

/** The tables of a cluster, as it is now. Asked for its size nowhere: segments are cut as for a small table. */
export async function liveClusterTables(
  database: string,
  cassandra: CassandraDatabase,
): Promise<readonly ScopedTable[]> {
  const cluster = await cassandra.cluster();
  const schemas = await cluster.schemas(namespacesOf(cassandra.settings));
  return schemas.map((schema) => ({ database, schema, bytes: 0, as: "copy" }));
}

export async function* scanClusterTable(
  cassandra: CassandraDatabase,
  schema: TableSchema,
  segment: number,
  segments: number,
): AsyncGenerator<Page> {
  yield* (await cassandra.cluster()).scan(schema, segment, segments);
}
