import { join } from "node:path";
import { APPS } from "./apps.ts";
import type { GroupTemplate } from "./parameters.ts";
import type { AzureStack } from "./stack.ts";

/** Where the parameters of a template are put. */
export function parametersPath(dist: string, template: string, subscription?: string): string {
  return join(
    dist,
    [template, subscription, "parameters.json"].filter((part) => part !== undefined).join("."),
  );
}

/** What brings all of it to Azure, in this order: each step wants what the one before has made. */
export function commands(stack: AzureStack, dist: string): readonly string[] {
  const { azure, names, subscriptions } = stack;
  const inGroup = `--subscription ${azure.subscription} --resource-group ${azure.resourceGroup}`;
  const group = (template: GroupTemplate | "dumps") =>
    `az deployment group create ${inGroup} --name ${azure.name}-${template} --template-file infra/${template}.json --parameters @${parametersPath(dist, template)}`;
  const principal = (app: "backup" | "restore") =>
    `"$(az deployment group show ${inGroup} --name ${azure.name}-apps --query properties.outputs.${app}Principal.value --output tsv)"`;
  const role = (app: "backup" | "restore", subscription: string) =>
    `az deployment sub create --subscription ${subscription} --location ${azure.location} --name ${azure.name}-${app}-role --template-file infra/${app}-role.json --parameters @${parametersPath(dist, `${app}-role`, subscription)} principal=${principal(app)}`;
  // References to secrets were looked up before the app was allowed to read them.
  const refreshed = (site: string) =>
    `az rest --method post --url "https://management.azure.com/subscriptions/${azure.subscription}/resourceGroups/${azure.resourceGroup}/providers/Microsoft.Web/sites/${site}/config/configreferences/appsettings/refresh?api-version=2022-03-01"`;
  return [
    `az group create --subscription ${azure.subscription} --name ${azure.resourceGroup} --location ${azure.location}`,
    group("resources"),
    ...[...new Set(Object.values(azure.secrets))].map(
      (secret) =>
        `az keyvault secret set --subscription ${azure.subscription} --vault-name ${names.vault} --name ${secret} --file FILE`,
    ),
    group("apps"),
    ...(Object.keys(azure.secrets).length === 0 ? [] : APPS.map((app) => refreshed(names.sites[app]))),
    // It wants to know the apps, whose identities may start it.
    ...(stack.dumps === undefined ? [] : [group("dumps")]),
    ...subscriptions
      .filter(({ accounts, servers }) => accounts.length + servers.length > 0)
      .map(({ subscription }) => role("backup", subscription)),
    ...subscriptions.map(({ subscription }) => role("restore", subscription)),
    ...APPS.map(
      (app) =>
        `az functionapp deployment source config-zip ${inGroup} --name ${names.sites[app]} --src ${join(dist, `${app}.zip`)}`,
    ),
    group("events"),
    group("alerts"),
  ];
}
