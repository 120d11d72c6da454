import * as z from "zod";

/** Request units a second; none of its own where a container shares its database's. */
const throughput = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("manual"), units: z.number().int() }),
  z.strictObject({ kind: z.literal("autoscale"), mostUnits: z.number().int() }),
]);
export type Throughput = z.infer<typeof throughput>;

const script = z.strictObject({ id: z.string(), body: z.string() });
const trigger = z.strictObject({ ...script.shape, type: z.string(), operation: z.string() });
export type Script = z.infer<typeof script>;
export type Trigger = z.infer<typeof trigger>;

const CapturedDatabase = z.strictObject({
  name: z.string(),
  /** A database made again under the same name has another one. */
  rid: z.string(),
  throughput: throughput.nullable(),
});
export type CapturedDatabase = z.infer<typeof CapturedDatabase>;

const CapturedContainer = z.strictObject({
  database: z.string(),
  name: z.string(),
  rid: z.string(),
  /** Of ScalarDB: what its transactions are decided by. */
  coordinator: z.boolean(),
  /** The service's own definition of it, as one comparable text each. */
  partitionKey: z.string(),
  indexingPolicy: z.string(),
  /** Default time to live in seconds, -1 for "only where an item says so"; null where it is off. */
  ttl: z.number().int().nullable(),
  throughput: throughput.nullable(),
  /** `mutate.js` of ScalarDB among them: without it no write works. */
  storedProcedures: z.array(script),
  triggers: z.array(trigger),
  functions: z.array(script),
});
export type CapturedContainer = z.infer<typeof CapturedContainer>;

const NetworkRules = z.strictObject({
  publicNetworkAccess: z.string(),
  ipRules: z.array(z.string()),
  subnets: z.array(z.strictObject({ id: z.string(), ignoreMissingEndpoint: z.boolean() })),
  /** Whether trusted services of Azure pass, and for which resources. */
  bypass: z.string(),
  bypassResources: z.array(z.string()),
});
export type NetworkRules = z.infer<typeof NetworkRules>;

const privateEndpoint = z.strictObject({
  id: z.string(),
  location: z.string(),
  subnet: z.string(),
  groups: z.array(z.string()),
  /** ARM ids of the private DNS zones that it is entered in, by the name of the zone group. */
  dnsZones: z.record(z.string(), z.array(z.string())),
});
export type PrivateEndpoint = z.infer<typeof privateEndpoint>;

/** A setting that is a resource of its own: its name and what it says, as the service answers it. */
const resource = z.strictObject({ name: z.string(), properties: z.record(z.string(), z.unknown()) });
export type Resource = z.infer<typeof resource>;

const AccountSettings = z.strictObject({
  consistency: z.string(),
  tags: z.record(z.string(), z.string()),
  network: NetworkRules,
  minimalTls: z.string(),
  /** Continuous7Days or Continuous30Days; null where the backup is periodic. */
  continuousTier: z.string().nullable(),
  /** Regions in the order of their failover priority. */
  regions: z.array(z.strictObject({ name: z.string(), zoneRedundant: z.boolean() })),
  automaticFailover: z.boolean(),
  localAuthDisabled: z.boolean(),
  keyMetadataWritesDisabled: z.boolean(),
  /** ARM ids of the account's user-assigned identities, and whether it has one of its own. */
  identity: z.strictObject({ system: z.boolean(), user: z.array(z.string()) }),
  cors: z.array(z.record(z.string(), z.unknown())),
  capacityLimit: z.number().int().nullable(),
  /** Those that are on, by the service's names, such as `enableBurstCapacity`. */
  features: z.record(z.string(), z.union([z.string(), z.boolean()])),
  /** Where the key is that the account is encrypted with, and as whom it is fetched; null where it is the service's. */
  customerKey: z.strictObject({ uri: z.string(), identity: z.string() }).nullable(),
});
export type AccountSettings = z.infer<typeof AccountSettings>;

/** What is in an account beside its data, and how it is set: taken at each backup, and when a restore is planned. */
export const CapturedCosmosdb = z.strictObject({
  /** ARM id of the account. */
  id: z.string(),
  subscription: z.string(),
  resourceGroup: z.string(),
  account: z.string(),
  /** Of this very account: another one of the same name has another. */
  instanceId: z.string(),
  /** Where its write region is. */
  location: z.string(),
  createdSecond: z.number().int(),
  oldestRestorableSecond: z.number().int().nullable(),
  documentEndpoint: z.string(),
  multipleWriteRegions: z.boolean(),
  /** Such as `EnableServerless`. */
  capabilities: z.array(z.string()),
  settings: AccountSettings,
  privateEndpoints: z.array(privateEndpoint),
  diagnosticSettings: z.array(resource),
  /** Of the data plane; the definitions without the built-in ones. */
  roleDefinitions: z.array(resource),
  roleAssignments: z.array(resource),
  /** Of Azure itself, at the account. */
  accessAssignments: z.array(resource),
  locks: z.array(resource),
  /** Of its resource group or subscription: they hold for what a restore makes there, too. */
  locksAbove: z.array(z.strictObject({ id: z.string(), level: z.string() })),
  databases: z.array(CapturedDatabase),
  containers: z.array(CapturedContainer),
  /** What could not be looked at and why, such as for lack of permission: named in the plan. */
  unread: z.array(z.string()),
});
export type CapturedCosmosdb = z.infer<typeof CapturedCosmosdb>;

/** `database/container`, as messages and copies name it. */
export function containerName({ database, name }: Pick<CapturedContainer, "database" | "name">): string {
  return `${database}/${name}`;
}
