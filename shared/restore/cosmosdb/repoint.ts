import type { CosmosdbResult, RestoredAccount } from "./restore.ts";

/**
 * What to change in the properties of ScalarDL or ScalarDB so that it works on the restored account. The key itself is
 * never told, only the command that fetches it.
 */
export function repointLines(
  { accounts, mode }: CosmosdbResult,
  resourceGroups: Readonly<Record<string, string>>,
): readonly string[] {
  if (mode === "side-by-side") return [];
  return accounts.flatMap((account) =>
    propertiesOf(account, resourceGroups[account.database] ?? "RESOURCE-GROUP"),
  );
}

function propertiesOf({ restored, endpoint }: RestoredAccount, resourceGroup: string): readonly string[] {
  return [
    `scalar.db.contact_points=${endpoint}`,
    `scalar.db.password=<the key that this prints: az cosmosdb keys list --resource-group ${resourceGroup} --name ${restored} --query primaryMasterKey --output tsv>`,
  ];
}
