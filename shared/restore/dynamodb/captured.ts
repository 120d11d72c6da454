import * as z from "zod";

const capacity = z.strictObject({ read: z.number(), write: z.number() });
const scalableTarget = z.strictObject({
  resourceId: z.string(),
  dimension: z.string(),
  least: z.number(),
  most: z.number(),
});
const scalingPolicy = z.strictObject({
  name: z.string(),
  resourceId: z.string(),
  dimension: z.string(),
  type: z.string(),
  /** The service's own target tracking configuration, as it answered it. */
  tracking: z.unknown(),
});

/** What a restored table loses and Stillpoint puts back. */
const TableSettings = z.strictObject({
  /** Recovery period in days; null where point-in-time recovery is off. */
  recoveryDays: z.number().nullable(),
  billing: z.enum(["PROVISIONED", "PAY_PER_REQUEST"]),
  capacity: capacity.optional(),
  indexCapacity: z.record(z.string(), capacity),
  scalableTargets: z.array(scalableTarget),
  scalingPolicies: z.array(scalingPolicy),
  /** Name of the time-to-live attribute; null where it is off. */
  ttl: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  deletionProtection: z.boolean(),
});
export type TableSettings = z.infer<typeof TableSettings>;
export type ScalableTarget = z.infer<typeof scalableTarget>;
export type ScalingPolicy = z.infer<typeof scalingPolicy>;

const CapturedTable = z.strictObject({
  name: z.string(),
  /** A table re-created under the same name has another id, and none of the older history. */
  id: z.string(),
  arn: z.string(),
  coordinator: z.boolean(),
  /** The table's item in ScalarDB's metadata: how its rows are read. */
  metadata: z.record(z.string(), z.unknown()),
  /** Key schema and attribute types, as one comparable text. */
  keys: z.string(),
  /** Indexes with their keys and projections, as one comparable text each. */
  indexes: z.array(z.string()),
  /** Approximate, six hours old at most. */
  items: z.number(),
  bytes: z.number(),
  settings: TableSettings,
  /** What a restore drops and this version does not put back: named in the plan. */
  dropped: z.array(z.string()),
  /** Regions of a global table's other replicas: a restore is refused. */
  replicas: z.array(z.string()),
  /** The seconds that point-in-time recovery reaches at present; absent where it is off. */
  coverage: z.strictObject({ earliestSecond: z.number(), latestSecond: z.number() }).optional(),
});
export type CapturedTable = z.infer<typeof CapturedTable>;

/** What is there, and how it is set: taken at each backup and again when a restore is planned. */
export const CapturedDynamodb = z.strictObject({
  region: z.string(),
  endpoint: z.string().optional(),
  metadataTable: z.string(),
  /** The tables that ScalarDB's metadata lists, and the coordinator; never whatever shares a prefix. */
  tables: z.array(CapturedTable),
  /** Listed by the metadata, but there is no such table. */
  missing: z.array(z.string()),
});
export type CapturedDynamodb = z.infer<typeof CapturedDynamodb>;
