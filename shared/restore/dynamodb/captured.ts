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

/** Of the table itself where `index` is null. */
const index = z.string().nullable();
const onDemandLimit = z.strictObject({ index, read: z.number().nullable(), write: z.number().nullable() });
const insight = z.strictObject({ index, mode: z.string() });
const kinesisDestination = z.strictObject({ streamArn: z.string(), precision: z.string() });

/**
 * What a restored table loses and Stillpoint puts back. What may be absent is not known then: an older version
 * did not look at it, or this identity may not; it is neither put back nor compared.
 */
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
  /** What the records of the stream hold; null where it is off. */
  stream: z.string().nullable().exactOptional(),
  tableClass: z.string().exactOptional(),
  /** The policy as the service has it; null where there is none. */
  policy: z.string().nullable().exactOptional(),
  /** Most request units on demand, where there is such a limit. */
  onDemandLimits: z.array(onDemandLimit).exactOptional(),
  /** Where Contributor Insights are on. */
  insights: z.array(insight).exactOptional(),
  kinesis: z.array(kinesisDestination).exactOptional(),
});
export type TableSettings = z.infer<typeof TableSettings>;
export type ScalableTarget = z.infer<typeof scalableTarget>;
export type ScalingPolicy = z.infer<typeof scalingPolicy>;
export type OnDemandLimit = z.infer<typeof onDemandLimit>;
export type Insight = z.infer<typeof insight>;
export type KinesisDestination = z.infer<typeof kinesisDestination>;

/** A Lambda function that reads the table's stream: it goes on reading the old one, which is dead. */
const streamReader = z.strictObject({
  /** Of the event source mapping. */
  uuid: z.string(),
  functionArn: z.string(),
  enabled: z.boolean(),
  /** How it reads, in the words of the service's own CreateEventSourceMapping. */
  options: z.record(z.string(), z.unknown()),
});
export type StreamReader = z.infer<typeof streamReader>;

/** A CloudWatch alarm that names the table: it follows the name, so it is kept. */
const alarm = z.strictObject({
  name: z.string(),
  /** Its definition as one comparable text. */
  definition: z.string(),
});
export type Alarm = z.infer<typeof alarm>;

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
  /** What could not be looked at and why, such as for lack of permission: named in the plan. */
  unread: z.array(z.string()).exactOptional(),
  streamArn: z.string().exactOptional(),
  readers: z.array(streamReader).exactOptional(),
  /** Looked at when a restore is planned. */
  alarms: z.array(alarm).exactOptional(),
  /** Regions of a global table's other replicas: a restore in place is refused, or leaves them behind. */
  replicas: z.array(z.string()),
  /** Its replicas are written together, and none can be deleted alone. */
  stronglyConsistent: z.boolean().exactOptional(),
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
