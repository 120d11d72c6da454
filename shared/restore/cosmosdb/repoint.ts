import type { CosmosdbResult, RestoredAccount } from "./restore.ts";

/**
 * What to change in the properties of ScalarDL or ScalarDB so that it works on the restored account. The key itself is
 * never told, only the command that fetches it.
 */
export function repointLines({ accounts, mode }: CosmosdbResult): readonly string[] {
  return mode === "side-by-side" ? [] : accounts.flatMap(propertiesOf);
}

function propertiesOf({
  restored,
  endpoint,
  subscription,
  resourceGroup,
}: RestoredAccount): readonly string[] {
  return [
    `scalar.db.contact_points=${endpoint}`,
    "scalar.db.password=KEY, which this prints:",
    `  az cosmosdb keys list --subscription ${subscription} --resource-group ${resourceGroup} --name ${restored} --query primaryMasterKey --output tsv`,
  ];
}
