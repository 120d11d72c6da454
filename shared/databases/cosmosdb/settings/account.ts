import type { BackupPolicyUnion, DatabaseAccountUpdateParameters } from "@azure/arm-cosmosdb";
import type { Changing } from "../../../azure/arm/changing.ts";
import type { AccountSettings } from "../../../restore/cosmosdb/captured.ts";
import { isSameRegion } from "../../../restore/cosmosdb/plan.ts";
import { RUN_TAG } from "../../../restore/cosmosdb/settings.ts";
import { canonicalJson } from "../../../workflow/canonical-json.ts";
import { requireAccount } from "../account.ts";
import { NO_LIMIT, regionsOf, settingsOf } from "../account-settings.ts";
import { beginChange, changeAccount } from "../change-account.ts";
import type { CosmosdbConnection } from "../connection.ts";

interface Piece {
  readonly what: string;
  readonly of: (settings: AccountSettings) => unknown;
  readonly change: (wanted: AccountSettings) => DatabaseAccountUpdateParameters;
}

/** Each alone: the service refuses a change of the backup policy together with another one. */
const PIECES: readonly Piece[] = [
  {
    what: "the tier of continuous backup",
    of: ({ continuousTier }) => continuousTier,
    change: ({ continuousTier }) => ({ backupPolicy: continuous(continuousTier) }),
  },
  {
    what: "the identities",
    of: ({ identity }) => identity,
    change: ({ identity }) => ({ identity: identityResource(identity) }),
  },
  {
    what: "CORS, the limit of throughput, TLS and failover",
    of: ({ cors, capacityLimit, minimalTls, automaticFailover }) => ({
      cors,
      capacityLimit,
      minimalTls,
      automaticFailover,
    }),
    change: miscellaneous,
  },
  {
    what: "the features",
    of: ({ features }) => features,
    change: ({ features }) => features,
  },
  {
    what: "how keys may be used",
    of: ({ localAuthDisabled, keyMetadataWritesDisabled }) => [localAuthDisabled, keyMetadataWritesDisabled],
    change: ({ localAuthDisabled, keyMetadataWritesDisabled }) => ({
      disableLocalAuth: localAuthDisabled,
      disableKeyBasedMetadataWriteAccess: keyMetadataWritesDisabled,
    }),
  },
  { what: "the network rules", of: ({ network }) => network, change: networkRules },
];

export async function putAccountSettingsBack(
  connection: CosmosdbConnection,
  { change }: Changing,
  name: string,
  { wanted, run }: { readonly wanted: AccountSettings; readonly run: string },
): Promise<void> {
  const found = settingsOf(await requireAccount(connection, name));
  // Whoever deletes an account of a run goes by the tag.
  const tags = { ...wanted.tags, [RUN_TAG]: run };
  if (differ(tags, found.tags))
    await change("the tags", name, () => changeAccount(connection, name, "the tags", { tags }));
  for (const piece of PIECES)
    if (differ(piece.of(wanted), piece.of(found)))
      await change(piece.what, name, () => changeAccount(connection, name, piece.what, piece.change(wanted)));
}

/** Alone, and not waited for: where there is much data, a region takes hours. */
export async function putRegionsBack(
  connection: CosmosdbConnection,
  { change }: Changing,
  name: string,
  { regions }: AccountSettings,
): Promise<void> {
  const found = regionsOf(await requireAccount(connection, name));
  const [first] = found;
  // The one that was restored stays first: which is written to is decided by a failover, not here.
  const others = regions.filter((region) => !isSameRegion(region.name, first?.name ?? ""));
  if (others.every((wanted) => found.some((there) => isSameRegion(there.name, wanted.name)))) return;
  const locations = [...(first ? [first] : []), ...others].map(
    ({ name: locationName, zoneRedundant }, index) => ({
      locationName,
      failoverPriority: index,
      isZoneRedundant: zoneRedundant,
    }),
  );
  await change("the regions", name, () => beginChange(connection, name, "the regions", { locations }));
}

function continuous(tier: string | null): BackupPolicyUnion {
  return {
    type: "Continuous",
    ...(tier !== null && { continuousModeProperties: { tier } }),
  } as BackupPolicyUnion;
}

function identityResource({ system, user }: AccountSettings["identity"]) {
  const types = [...(system ? ["SystemAssigned"] : []), ...(user.length > 0 ? ["UserAssigned"] : [])];
  return {
    type: types.join(",") || "None",
    ...(user.length > 0 && { userAssignedIdentities: Object.fromEntries(user.map((id) => [id, {}])) }),
  } as NonNullable<DatabaseAccountUpdateParameters["identity"]>;
}

function miscellaneous(wanted: AccountSettings): DatabaseAccountUpdateParameters {
  return {
    cors: wanted.cors as unknown as NonNullable<DatabaseAccountUpdateParameters["cors"]>,
    capacity: { totalThroughputLimit: wanted.capacityLimit ?? NO_LIMIT },
    minimalTlsVersion: wanted.minimalTls,
    enableAutomaticFailover: wanted.automaticFailover,
  };
}

function networkRules({ network }: AccountSettings): DatabaseAccountUpdateParameters {
  return {
    publicNetworkAccess: network.publicNetworkAccess,
    ipRules: network.ipRules.map((ipAddressOrRange) => ({ ipAddressOrRange })),
    isVirtualNetworkFilterEnabled: network.subnets.length > 0,
    virtualNetworkRules: network.subnets.map(({ id, ignoreMissingEndpoint }) => ({
      id,
      ignoreMissingVNetServiceEndpoint: ignoreMissingEndpoint,
    })),
    networkAclBypass: network.bypass as "None" | "AzureServices",
    networkAclBypassResourceIds: network.bypassResources,
  };
}

function differ(wanted: unknown, found: unknown): boolean {
  return canonicalJson(wanted) !== canonicalJson(found);
}
