import { privateEndpointConnections } from "../azure/private-endpoints.ts";
import { type Answer, asWire, ok, type Wire } from "../azure/wire.ts";
import { type Account, accountId, regionOf } from "./account.ts";
import type { World } from "./world.ts";

const TYPE = "Microsoft.DocumentDB/databaseAccounts";

/** What an account has if nothing is said about it. */
export const DEFAULT_PROPERTIES: Wire = {
  databaseAccountOfferType: "Standard",
  consistencyPolicy: consistency("Session"),
  publicNetworkAccess: "Enabled",
  minimalTlsVersion: "Tls12",
  ipRules: [],
  virtualNetworkRules: [],
  isVirtualNetworkFilterEnabled: false,
  enableAutomaticFailover: false,
  enableMultipleWriteLocations: false,
  capabilities: [],
  cors: [],
  disableLocalAuth: false,
  disableKeyBasedMetadataWriteAccess: false,
  networkAclBypass: "None",
  networkAclBypassResourceIds: [],
  backupPolicy: {
    type: "Periodic",
    periodicModeProperties: {
      backupIntervalInMinutes: 240,
      backupRetentionIntervalInHours: 8,
      backupStorageRedundancy: "Geo",
    },
  },
};

export function consistency(level: string): Wire {
  return { defaultConsistencyLevel: level, maxIntervalInSeconds: 5, maxStalenessPrefix: 100 };
}

export interface LocationSetting {
  readonly locationName: string;
  readonly failoverPriority?: number;
  readonly isZoneRedundant?: boolean;
}

export function locationsOf(properties: Wire): readonly LocationSetting[] {
  return (properties["locations"] ?? []) as readonly LocationSetting[];
}

export function describeAccount(world: World, account: Account): Wire {
  const { name, location, kind, tags, identity, instanceId, createdAtMs } = account;
  return {
    id: accountId(world, account),
    name,
    location,
    type: TYPE,
    kind,
    tags,
    systemData: { createdAt: new Date(createdAtMs).toISOString() },
    identity: identity ?? { type: "None" },
    properties: {
      ...account.properties,
      provisioningState: account.phase,
      instanceId,
      ...describeEndpoints(account),
      ...privateEndpointConnections(world, accountId(world, account), { type: TYPE, groupId: "Sql" }),
    },
  };
}

export function answerAccount(world: World, account: Account): Answer {
  return ok(describeAccount(world, account));
}

/** An account that is being created has no address yet. */
function describeEndpoints(account: Account): Wire {
  const { name, endpoint, phase, properties } = account;
  if (endpoint === undefined || phase === "Creating") return {};
  const documentEndpoint = `${endpoint.origin}/`;
  const locations = locationsOf(properties).map((location, position) => ({
    id: `${name}-${location.locationName}`,
    provisioningState: "Succeeded",
    documentEndpoint,
    failoverPriority: position,
    isZoneRedundant: false,
    ...location,
  }));
  const multi = properties["enableMultipleWriteLocations"] === true;
  return {
    documentEndpoint,
    locations,
    readLocations: locations,
    writeLocations: multi ? locations : locations.slice(0, 1),
    failoverPolicies: locations.map(({ id, locationName, failoverPriority }) => ({
      id,
      locationName,
      failoverPriority,
    })),
  };
}

/** Adds the regions that are new, and ends those that are gone. */
export function followLocations(account: Account, properties: Wire, nowMs: number): void {
  const wanted = locationsOf(properties).map(({ locationName }) => locationName);
  for (const name of wanted)
    if (!regionOf(account, name, nowMs))
      account.regions.push({
        name,
        instanceId: crypto.randomUUID(),
        createdAtMs: nowMs,
        deletedAtMs: undefined,
      });
  for (const region of account.regions)
    if (region.deletedAtMs === undefined && !wanted.includes(region.name)) region.deletedAtMs = nowMs;
}

export function isContinuous(properties: Wire): boolean {
  return asWire(properties["backupPolicy"])["type"] === "Continuous";
}
