import type { AccountSettings, NetworkRules } from "../../restore/cosmosdb/captured.ts";
import type { Account } from "./account.ts";

const CONTINUOUS_DEFAULT = "Continuous30Days";

export function settingsOf(account: Account): AccountSettings {
  return {
    consistency: account.consistencyPolicy?.defaultConsistencyLevel ?? "",
    tags: { ...account.tags },
    network: networkOf(account),
    minimalTls: account.minimalTlsVersion ?? "Tls",
    continuousTier: continuousTierOf(account),
    regions: regionsOf(account),
    automaticFailover: account.enableAutomaticFailover ?? false,
    localAuthDisabled: account.disableLocalAuth ?? false,
    keyMetadataWritesDisabled: account.disableKeyBasedMetadataWriteAccess ?? false,
    identity: identityOf(account),
    cors: (account.cors ?? []).map(defined),
    capacityLimit: limitOf(account),
    features: featuresOf(account),
    customerKey: account.keyVaultKeyUri
      ? { uri: account.keyVaultKeyUri, identity: account.defaultIdentity ?? "" }
      : null,
  };
}

/** What the service says where there is none, or nothing at all. */
export const NO_LIMIT = -1;

function limitOf({ capacity }: Account): number | null {
  const limit = capacity?.totalThroughputLimit ?? NO_LIMIT;
  return limit === NO_LIMIT ? null : limit;
}

const FEATURES = [
  "enableBurstCapacity",
  "enablePartitionMerge",
  "enablePerRegionPerPartitionAutoscale",
  "enablePriorityBasedExecution",
  "defaultPriorityLevel",
] as const satisfies readonly (keyof Account)[];

/** Of one that is off the service says so, or nothing. */
function featuresOf(account: Account): AccountSettings["features"] {
  return Object.fromEntries(
    FEATURES.flatMap((name) => {
      const value = account[name];
      return value === undefined || value === false ? [] : [[name, value]];
    }),
  );
}

function networkOf(account: Account): NetworkRules {
  return {
    publicNetworkAccess: account.publicNetworkAccess ?? "Enabled",
    ipRules: (account.ipRules ?? []).flatMap(({ ipAddressOrRange }) => ipAddressOrRange ?? []).sort(),
    subnets: (account.virtualNetworkRules ?? []).map(({ id = "", ignoreMissingVNetServiceEndpoint }) => ({
      id,
      ignoreMissingEndpoint: ignoreMissingVNetServiceEndpoint ?? false,
    })),
    bypass: account.networkAclBypass ?? "None",
    bypassResources: [...(account.networkAclBypassResourceIds ?? [])].sort(),
  };
}

function continuousTierOf({ backupPolicy }: Account): string | null {
  if (backupPolicy?.type !== "Continuous") return null;
  const { continuousModeProperties } = backupPolicy as { continuousModeProperties?: { tier?: string } };
  return continuousModeProperties?.tier ?? CONTINUOUS_DEFAULT;
}

/** In the order of their failover priority: the first one is written to. */
export function regionsOf({ locations = [] }: Account): AccountSettings["regions"] {
  return [...locations]
    .sort((one, other) => (one.failoverPriority ?? 0) - (other.failoverPriority ?? 0))
    .map(({ locationName = "", isZoneRedundant }) => ({
      name: locationName,
      zoneRedundant: isZoneRedundant ?? false,
    }));
}

function identityOf({ identity }: Account): AccountSettings["identity"] {
  return {
    system: identity?.type?.includes("SystemAssigned") ?? false,
    user: Object.keys(identity?.userAssignedIdentities ?? {}).sort(),
  };
}

/** The SDK answers members that are not set as undefined, which JSON does not have. */
function defined(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}
