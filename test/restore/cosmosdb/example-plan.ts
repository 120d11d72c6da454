import type {
  AccountSettings,
  CapturedContainer,
  CapturedCosmosdb,
} from "../../../shared/restore/cosmosdb/captured.ts";
import {
  type CosmosdbPlan,
  createdSince,
  type LookedAt,
  planAccount,
  type Restorable,
  type Way,
} from "../../../shared/restore/cosmosdb/plan.ts";
import type { Mode } from "../../../shared/restore/mode.ts";
import { DEFAULT_CLOCKS } from "../../../shared/verify/subject.ts";

export const RUN = "restore-20261121T180000Z-0a1b2c3d";
export const AT_SECOND = Date.UTC(2026, 10, 21, 18) / 1000;
export const LEDGER = "payments-ledger";
export const AUDITOR = "payments-auditor";

const SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/payments`;
const SUBNET = `${GROUP}/providers/Microsoft.Network/virtualNetworks/net/subnets/functions`;

const ADDRESS: Way = { kind: "address", address: "203.0.113.9" };
export const ENDPOINT: Way = { kind: "subnet", subnet: SUBNET };

export const SETTINGS: AccountSettings = {
  consistency: "Strong",
  tags: { team: "payments" },
  network: {
    publicNetworkAccess: "Enabled",
    ipRules: ["198.51.100.0/24"],
    subnets: [{ id: SUBNET, ignoreMissingEndpoint: false }],
    bypass: "AzureServices",
    bypassResources: [],
  },
  minimalTls: "Tls12",
  continuousTier: "Continuous7Days",
  regions: [{ name: "Japan East", zoneRedundant: false }],
  automaticFailover: true,
  localAuthDisabled: false,
  keyMetadataWritesDisabled: true,
  identity: { system: true, user: [] },
  cors: [{ allowedOrigins: "https://example.com" }],
  capacityLimit: 4_000,
  features: { enableBurstCapacity: true },
  customerKey: null,
};

export function container(
  database: string,
  name: string,
  change: Partial<CapturedContainer> = {},
): CapturedContainer {
  return {
    database,
    name,
    rid: `${database}/${name}#1`,
    coordinator: database === "coordinator",
    partitionKey: '{"paths":["/concatenatedPartitionKey"]}',
    indexingPolicy: '{"excludedPaths":[{"path":"/*"}]}',
    ttl: null,
    throughput: { kind: "autoscale", mostUnits: 4_000 },
    storedProcedures: [{ id: "mutate.js", body: "function mutate() {}" }],
    triggers: [{ id: "stamp", body: "function stamp() {}", type: "Pre", operation: "All" }],
    functions: [{ id: "digest", body: "function digest() {}" }],
    ...change,
  };
}

export function captured(account: string, change: Partial<CapturedCosmosdb> = {}): CapturedCosmosdb {
  const id = `${GROUP}/providers/Microsoft.DocumentDB/databaseAccounts/${account}`;
  return {
    id,
    subscription: SUBSCRIPTION,
    resourceGroup: "payments",
    account,
    instanceId: `${account}#1`,
    location: "Japan East",
    createdSecond: AT_SECOND - 86_400,
    oldestRestorableSecond: AT_SECOND - 80_000,
    documentEndpoint: `https://${account}.documents.azure.com:443/`,
    multipleWriteRegions: false,
    capabilities: [],
    settings: SETTINGS,
    privateEndpoints: [
      { id: `${GROUP}/endpoints/app`, location: "japaneast", subnet: SUBNET, groups: ["Sql"], dnsZones: {} },
    ],
    diagnosticSettings: [{ name: "to-workspace", properties: { workspaceId: "workspace" } }],
    roleDefinitions: [{ name: "reader", properties: { roleName: "Reader", assignableScopes: [id] } }],
    roleAssignments: [
      {
        name: "random-1",
        properties: {
          principalId: "somebody",
          roleDefinitionId: `${id}/sqlRoleDefinitions/reader`,
          scope: `${id}/dbs/scalar`,
        },
      },
    ],
    accessAssignments: [
      {
        name: "random-2",
        properties: { principalId: "operators", roleDefinitionId: "/roles/op", scope: id },
      },
    ],
    locks: [],
    locksAbove: [],
    databases: ["coordinator", "scalar"].map((name) => ({ name, rid: `${name}#1`, throughput: null })),
    containers: [container("coordinator", "state"), container("scalar", "asset", { ttl: 3_600 })],
    unread: [],
    ...change,
  };
}

export function restorable(account: string, change: Partial<Restorable> = {}): Restorable {
  return {
    id: `/subscriptions/${SUBSCRIPTION}/restorableDatabaseAccounts/${account}#1`,
    instanceId: `${account}#1`,
    location: "Japan East",
    oldestSecond: AT_SECOND - 80_000,
    createdSecond: AT_SECOND - 86_400,
    regions: ["Japan East"],
    ...change,
  };
}

export type Complete = LookedAt & { readonly restorable: Restorable; readonly way: Way };

export function lookedAt(account: string, change: Partial<CapturedCosmosdb> = {}, way: Way = ADDRESS) {
  const atBackup = captured(account, change);
  return {
    name: account,
    atSecond: AT_SECOND,
    atBackup,
    now: atBackup,
    restorable: restorable(account),
    existedThen: ["coordinator/state", "scalar/asset"],
    taken: [],
    way,
    missingPermissions: [],
  } satisfies Complete;
}

const CLOCKS = { clocks: DEFAULT_CLOCKS, lastSecond: AT_SECOND };

export function planOf(looked: readonly Complete[], mode: Mode = "in-place", run = RUN): CosmosdbPlan {
  return {
    kind: "cosmosdb",
    deployment: "payments",
    run,
    point: "payments-20261121T180000Z",
    mode,
    accounts: looked.map((each) => planAccount(each, run, CLOCKS)),
    instances: [{ component: "ledger", host: "10.0.0.1", port: 50053 }],
    leftOut: looked.flatMap(createdSince),
  };
}

/** The ledger is verified from an address, the auditor by a private endpoint. */
export function ledgerAndAuditor(mode: Mode = "in-place", change: Partial<CapturedCosmosdb> = {}) {
  return planOf([lookedAt(LEDGER, change), lookedAt(AUDITOR, change, ENDPOINT)], mode);
}
