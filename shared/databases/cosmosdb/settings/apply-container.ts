import { changing } from "../../../azure/arm/changing.ts";
import type { CapturedContainer } from "../../../restore/cosmosdb/captured.ts";
import type { CosmosdbConnection } from "../connection.ts";
import { putIndexingPolicyBack } from "./container-definition.ts";
import { putScriptsBack } from "./scripts.ts";
import { putThroughputBack } from "./throughput.ts";

/** Puts back what a container of a restored account lacks. Answers what the service refuses for good. */
export async function applyContainer(
  connection: CosmosdbConnection,
  account: string,
  wanted: CapturedContainer,
): Promise<readonly string[]> {
  const place = { account, database: wanted.database, container: wanted.name };
  const changes = changing();
  // Without its stored procedure no write of ScalarDB works: what else may be refused comes afterwards.
  await putScriptsBack(connection, changes, place, wanted);
  await putIndexingPolicyBack(connection, changes, place, wanted);
  await putThroughputBack(connection, changes, place, wanted.throughput);
  return changes.refused;
}
