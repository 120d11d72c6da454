import { ROUTE_KEY_SECRETS as KEYS } from "../../shared/config/route-keys.ts";
import { alerts } from "./alerts.ts";
import { APPS, MEMORY_MB } from "./apps.ts";
import type { AzureStack, SubscriptionGroups } from "./stack.ts";

type Parameters = Readonly<Record<string, unknown>>;

/** In a location without zones: `--parameters catalogSku=Standard_LRS` on the command line. */
const ZONE_REDUNDANT = "Standard_ZRS";

/** What a template of a resource group is told, all of it. */
export type GroupTemplate = "resources" | "apps" | "events" | "alerts";

export const PARAMETERS: Readonly<Record<GroupTemplate, (stack: AzureStack) => Parameters>> = {
  resources: ({ azure, names, catalog, parts }) => ({
    location: azure.location,
    workspace: names.workspace,
    insights: names.insights,
    logRetentionDays: azure.logRetentionDays,
    vault: names.vault,
    topics: names.topics,
    catalog,
    catalogSku: ZONE_REDUNDANT,
    parts,
    hostAccounts: APPS.map((app) => names.accounts[app]),
    deadLetterAccount: names.accounts.restore,
    requesters: azure.requesters,
  }),
  apps: ({ azure, names, catalog, parts }) => ({
    location: azure.location,
    insights: names.insights,
    vault: names.vault,
    noticesTopic: names.topics.notices,
    catalog,
    partsContainer: parts.container,
    secrets: Object.entries(azure.secrets).map(([variable, secret]) => ({ variable, secret })),
    sites: names.sites,
    apps: APPS.map((app) => ({
      site: names.sites[app],
      account: names.accounts[app],
      memoryMB: MEMORY_MB[app],
      subnet: azure.network?.subnets[app] ?? "",
    })),
  }),
  events: ({ azure, names }) => ({
    restoreSite: names.sites.restore,
    requestsTopic: names.topics.requests,
    deadLetterAccount: names.accounts.restore,
    vault: names.vault,
    keys: Object.entries(KEYS).map(([route, secret]) => ({ function: route, secret })),
    holders: [
      ...azure.requesters.flatMap((principal) => [
        { secret: KEYS.request, principal },
        { secret: KEYS.resume, principal },
      ]),
      ...azure.approvers.map((principal) => ({ secret: KEYS.approval, principal })),
    ],
  }),
  alerts: ({ azure, names, deployments }) => ({
    location: azure.location,
    workspace: names.workspace,
    requestsTopic: names.topics.requests,
    prefix: azure.name,
    actionGroup: azure.actionGroup ?? "",
    alerts: alerts(azure, names, deployments),
  }),
};

/** What the roles are told but for the principal, which is known once the apps are deployed. */
export function backupRoleParameters(
  { azure }: AzureStack,
  { accounts, servers }: SubscriptionGroups,
): Parameters {
  return { name: azure.name, resourceGroups: accounts, serverGroups: servers };
}

export function restoreRoleParameters(
  { azure }: AzureStack,
  { accounts, servers, networks }: SubscriptionGroups,
): Parameters {
  return { name: azure.name, accountGroups: accounts, serverGroups: servers, networkGroups: networks };
}

/** A file of parameters as `az deployment` takes it. */
export function parameterFile(parameters: Parameters): string {
  const wrapped = Object.entries(parameters).map(([name, value]) => [name, { value }]);
  const file = {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
    contentVersion: "1.0.0.0",
    parameters: Object.fromEntries(wrapped),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}
