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
    capacityLimit: account.capacity?.totalThroughputLimit ?? null,
  };
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
