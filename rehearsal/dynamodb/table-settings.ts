import { type IndexLimits, indexLimitsOf, limited, withoutIndexLimits } from "./on-demand-limits.ts";
import type { Wire } from "./wire.ts";

/** A resource policy; for some seconds the service still answers with the one before. */
export interface Policy {
  readonly text: string;
  readonly revision: string;
  readonly before: string | undefined;
  /** On the monotonic clock. */
  readonly putMs: number;
}

/** What a table remembers beside its items and indexes; dynalite ignores all of it. */
export interface TableSettings {
  deletionProtection: boolean;
  timeToLiveAttribute: string | undefined;
  stream: { readonly specification: Wire; readonly label: string } | undefined;
  tableClass: string;
  /** Absent where the service's own key encrypts the table. */
  encryption: Wire | undefined;
  onDemandThroughput: Wire | undefined;
  readonly indexLimits: IndexLimits;
  policy: Policy | undefined;
  streamPolicy: Policy | undefined;
  /** Mode of Contributor Insights by index; the table itself under the empty name. */
  readonly insights: Map<string, string>;
  /** Precision by the ARN of the Kinesis stream. */
  readonly kinesis: Map<string, string>;
  /** Other regions of a global table. */
  readonly replicas: Set<string>;
  readonly tags: Map<string, string>;
  /** When a setting with a cooldown was last changed, on the monotonic clock. */
  readonly changedMs: Map<string, number>;
}

/** The members of CreateTable and UpdateTable that are settings; the backend is given the others. */
export interface SettingsInput {
  readonly DeletionProtectionEnabled?: boolean;
  readonly StreamSpecification?: Wire;
  readonly TableClass?: string;
  readonly SSESpecification?: Wire;
  readonly OnDemandThroughput?: Wire;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly ResourcePolicy?: string;
  readonly WarmThroughput?: Wire;
  readonly ReplicaUpdates?: readonly ReplicaUpdate[];
}

interface ReplicaUpdate {
  readonly Create?: { readonly RegionName: string };
  readonly Delete?: { readonly RegionName: string };
}

const SETTINGS = [
  "DeletionProtectionEnabled",
  "StreamSpecification",
  "TableClass",
  "SSESpecification",
  "OnDemandThroughput",
  "Tags",
  "ResourcePolicy",
  "WarmThroughput",
  "ReplicaUpdates",
] as const satisfies readonly (keyof SettingsInput)[];

export function withoutSettings(input: Wire): Wire {
  return withoutIndexLimits(
    Object.fromEntries(
      Object.entries(input).filter(([name]) => !(SETTINGS as readonly string[]).includes(name)),
    ),
  );
}

/** What a table has that nobody gave any settings; also what a restored table starts with. */
export function defaultSettings(): TableSettings {
  return {
    deletionProtection: false,
    timeToLiveAttribute: undefined,
    stream: undefined,
    tableClass: "STANDARD",
    encryption: undefined,
    onDemandThroughput: undefined,
    indexLimits: new Map(),
    policy: undefined,
    streamPolicy: undefined,
    insights: new Map(),
    kinesis: new Map(),
    replicas: new Set(),
    tags: new Map(),
    changedMs: new Map(),
  };
}

export function settingsOf(input: SettingsInput, nowMs: number): TableSettings {
  return {
    ...defaultSettings(),
    deletionProtection: input.DeletionProtectionEnabled ?? false,
    stream: streamOf(input.StreamSpecification, nowMs),
    tableClass: input.TableClass ?? "STANDARD",
    encryption: encryptionOf(input.SSESpecification),
    onDemandThroughput: limited(input.OnDemandThroughput),
    indexLimits: new Map(indexLimitsOf(input as Wire)),
    policy: input.ResourcePolicy === undefined ? undefined : policyOf(input.ResourcePolicy, nowMs),
    tags: new Map((input.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
  };
}

/** Seen at once. */
function policyOf(text: string, nowMs: number): Policy {
  return { text, revision: `${nowMs}`, before: undefined, putMs: Number.NEGATIVE_INFINITY };
}

/** A stream that is switched on again is another one: its label and ARN are new. */
export function streamOf(specification: Wire | undefined, nowMs: number): TableSettings["stream"] {
  if (specification?.["StreamEnabled"] !== true) return undefined;
  return { specification, label: new Date(nowMs).toISOString().slice(0, -1) };
}

export function encryptionOf(specification: Wire | undefined): Wire | undefined {
  return specification?.["Enabled"] === true ? specification : undefined;
}

/** As members of a TableDescription. */
export function describeSettings(settings: TableSettings, tableArn: string): Wire {
  return {
    DeletionProtectionEnabled: settings.deletionProtection,
    ...(settings.stream && {
      StreamSpecification: settings.stream.specification,
      LatestStreamLabel: settings.stream.label,
      LatestStreamArn: `${tableArn}/stream/${settings.stream.label}`,
    }),
    // A table of the standard class that never was of another has no summary.
    ...(settings.tableClass !== "STANDARD" && { TableClassSummary: { TableClass: settings.tableClass } }),
    ...(settings.encryption && { SSEDescription: describeEncryption(settings.encryption) }),
    ...(settings.onDemandThroughput && { OnDemandThroughput: settings.onDemandThroughput }),
    ...(settings.replicas.size > 0 && {
      GlobalTableVersion: "2019.11.21",
      Replicas: [...settings.replicas].map((RegionName) => ({ RegionName, ReplicaStatus: "ACTIVE" })),
    }),
  };
}

export function describeEncryption(specification: Wire): Wire {
  return {
    Status: "ENABLED",
    SSEType: specification["SSEType"] ?? "KMS",
    KMSMasterKeyArn: specification["KMSMasterKeyId"] ?? "alias/aws/dynamodb",
  };
}

export function describeTimeToLive({ timeToLiveAttribute }: TableSettings): Wire {
  return timeToLiveAttribute === undefined
    ? { TimeToLiveStatus: "DISABLED" }
    : { TimeToLiveStatus: "ENABLED", AttributeName: timeToLiveAttribute };
}
