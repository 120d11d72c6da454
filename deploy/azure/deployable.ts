import { azureProblems } from "../../shared/config/azure-problems.ts";
import type {
  AzureSettings,
  AzureTableCatalogSettings,
  BlobPartsSettings,
  Config,
  CosmosdbDatabaseSettings,
} from "../../shared/config/config.ts";
import { cosmosdbsOf, flexibleServersOf, jdbcsOf } from "../../shared/config/databases-of.ts";
import { packConfig } from "../../shared/config/packed-config.ts";
import { refuse } from "../deployable.ts";
import { showRefusal, unreadableFiles } from "../refusals.ts";
import { namesOf } from "./names.ts";
import type { AzureStack, SubscriptionGroups } from "./stack.ts";

/** A configuration that the functions on Azure can work with. */
interface Deployable extends Config {
  readonly azure: AzureSettings;
  readonly catalog: AzureTableCatalogSettings;
  readonly verification: { readonly parts: BlobPartsSettings };
}

/** What the configuration makes on Azure; `CONFIG_INVALID` names everything that functions could not work with. */
export function azureStack(config: Config): AzureStack {
  refuse(config, refusals(config));
  const { azure, catalog, verification, deployments } = config as Deployable;
  const { container, prefix } = verification.parts;
  return {
    azure,
    names: namesOf(azure),
    deployments,
    catalog: { account: catalog.account, table: catalog.table },
    parts: { container, prefix },
    subscriptions: subscriptionsOf(config),
    ...dumpsOf(config, azure),
  };
}

/** A job is deployed where the configuration says so, and there is something that it could dump. */
function dumpsOf(config: Config, { dumps: settings }: AzureSettings): Pick<AzureStack, "dumps"> {
  const containers = config.deployments.flatMap((deployment) =>
    jdbcsOf(deployment).flatMap(({ dumps }) => (dumps.kind === "blob" ? [dumps.container] : [])),
  );
  if (settings === undefined || containers.length === 0) return {};
  return { dumps: { settings, containers: [...new Set(containers)], packed: packConfig(config) } };
}

function refusals(config: Config): readonly string[] {
  if (config.azure === undefined)
    return ['azure is missing: it says where the functions run, see "stillpoint.azure.example.yml"'];
  return [...azureProblems(config), ...unreadableFiles(config)].map(showRefusal);
}

/** Each subscription once, and each resource group of it: names of both are the same in any case. */
function subscriptionsOf({ deployments }: Config): readonly SubscriptionGroups[] {
  const cosmosdbs = deployments.flatMap(cosmosdbsOf);
  const accounts = cosmosdbs.map(placeOf);
  const servers = deployments.flatMap(flexibleServersOf).map(placeOf);
  const networks = cosmosdbs.flatMap(networksOf);
  const subscriptions = distinct(
    [...accounts, ...servers, ...networks].map(({ subscription }) => subscription),
  );
  const groupsIn = (subscription: string, places: readonly Place[]) =>
    distinct(
      places.filter((place) => place.subscription.toLowerCase() === subscription).map(({ group }) => group),
    );
  return subscriptions.map((subscription) => ({
    subscription,
    accounts: groupsIn(subscription, accounts),
    servers: groupsIn(subscription, servers),
    networks: groupsIn(subscription, networks),
  }));
}

interface Place {
  readonly subscription: string;
  readonly group: string;
}

function placeOf({
  subscription,
  resourceGroup,
}: {
  readonly subscription: string;
  readonly resourceGroup: string;
}): Place {
  return { subscription, group: resourceGroup };
}

function networksOf({ verifyFrom }: CosmosdbDatabaseSettings): readonly Place[] {
  if (verifyFrom?.kind !== "subnet") return [];
  const { subnet, dnsZone } = verifyFrom;
  return [subnet, ...(dnsZone === undefined ? [] : [dnsZone])].map((id) => {
    const [, , subscription = "", , group = ""] = id.split("/");
    return { subscription, group };
  });
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.map((text) => text.toLowerCase()))];
}
