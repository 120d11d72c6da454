import { CapturedCassandra, tablesOf } from "./cassandra/captured.ts";
import { CapturedCosmosdb, containerName } from "./cosmosdb/captured.ts";
import { CapturedDynamodb } from "./dynamodb/captured.ts";
import { CapturedJdbc } from "./jdbc/captured.ts";
import { CapturedManaged } from "./managed/captured.ts";

/** The tables or containers that a restore point names, whatever kind of database they are in; undefined where its record cannot be read. */
export function tablesCaptured(captured: unknown): readonly string[] | undefined {
  const dynamodb = CapturedDynamodb.safeParse(captured);
  if (dynamodb.success) return dynamodb.data.tables.map(({ name }) => name);
  const cosmosdb = CapturedCosmosdb.safeParse(captured);
  if (cosmosdb.success) return cosmosdb.data.containers.map(containerName);
  const jdbc = CapturedJdbc.safeParse(captured);
  if (jdbc.success) return jdbc.data.tables.map(({ schema, name }) => `${schema}.${name}`);
  const cassandra = CapturedCassandra.safeParse(captured);
  if (cassandra.success) return tablesOf(cassandra.data);
  return CapturedManaged.safeParse(captured).data?.tables;
}

/** What these are called where they are. */
export function nounCaptured(captured: unknown): "table" | "container" {
  return CapturedCosmosdb.safeParse(captured).success ? "container" : "table";
}
