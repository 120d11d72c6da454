import type { PlannedAccount } from "../../../restore/cosmosdb/plan.ts";
import { accountDifferences } from "../../../restore/cosmosdb/settings.ts";
import { captureNamed } from "../capture.ts";
import type { CosmosdbDatabase } from "../database.ts";

export interface Comparing {
  readonly account: PlannedAccount;
  readonly takesOver: boolean;
}

/** What the restored account does not have of the original, by `database/container`; under "" what is its own. */
export async function compareAccount(
  { connection, settings }: Pick<CosmosdbDatabase, "connection" | "settings">,
  { account: { target, original }, takesOver }: Comparing,
): Promise<Readonly<Record<string, readonly string[]>>> {
  return accountDifferences(original, await captureNamed(connection, settings, target), { takesOver });
}
