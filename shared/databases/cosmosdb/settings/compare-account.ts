import type { CapturedCosmosdb } from "../../../restore/cosmosdb/captured.ts";
import { accountDifferences } from "../../../restore/cosmosdb/settings.ts";
import { captureNamed } from "../capture.ts";
import type { CosmosdbConnection } from "../connection.ts";
import type { Naming } from "../contents.ts";

export interface Comparing {
  /** Of the restored account. */
  readonly name: string;
  readonly original: CapturedCosmosdb;
  readonly naming: Naming;
  readonly takesOver: boolean;
}

/** What the restored account does not have of the original, by `database/container`; under "" what is its own. */
export async function compareAccount(
  connection: CosmosdbConnection,
  { name, original, naming, takesOver }: Comparing,
): Promise<Readonly<Record<string, readonly string[]>>> {
  return accountDifferences(original, await captureNamed(connection, naming, name), { takesOver });
}
