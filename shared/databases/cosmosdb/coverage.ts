import type { CapturedCosmosdb } from "../../restore/cosmosdb/captured.ts";
import type { PlannedAccount } from "../../restore/cosmosdb/plan.ts";
import type { CosmosdbConnection } from "./connection.ts";
import { latestRestorable } from "./latest-restorable.ts";
import { findRestorable } from "./restorable.ts";

type Coverage = "covered" | "pending" | "out-of-reach";

/** Whether every container can be restored to the second, and the coordinator's database to the later one. */
export async function isCovered(
  connection: CosmosdbConnection,
  original: CapturedCosmosdb,
  { atSecond, later }: Pick<PlannedAccount, "atSecond" | "later">,
): Promise<Coverage> {
  const { account, instanceId } = original;
  const restorable = await findRestorable(connection, { account, instanceId, atSecond });
  if (restorable?.instanceId !== instanceId || restorable.oldestSecond > atSecond) return "out-of-reach";
  const reached = await latestRestorable(connection, original);
  const covered = reached.every(({ container, second }) => {
    const needed = container.startsWith(`${later.coordinator}/`) ? later.atSecond : atSecond;
    return second !== null && second >= Math.max(needed, atSecond);
  });
  return covered ? "covered" : "pending";
}
