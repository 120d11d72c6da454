import type { Wire } from "./wire.ts";

/** What a table remembers beside its items and indexes; dynalite ignores all of it. */
export interface TableSettings {
  deletionProtection: boolean;
  timeToLiveAttribute: string | undefined;
  stream: { readonly specification: Wire; readonly label: string } | undefined;
  tableClass: string;
  /** Absent where the service's own key encrypts the table. */
  encryption: Wire | undefined;
  onDemandThroughput: Wire | undefined;
  policy: { readonly text: string; readonly revision: string } | undefined;
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
] as const satisfies readonly (keyof SettingsInput)[];

export function withoutSettings(input: Wire): Wire {
  return Object.fromEntries(
    Object.entries(input).filter(([name]) => !(SETTINGS as readonly string[]).includes(name)),
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
    policy: undefined,
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
    onDemandThroughput: input.OnDemandThroughput,
    policy:
      input.ResourcePolicy === undefined ? undefined : { text: input.ResourcePolicy, revision: `${nowMs}` },
    tags: new Map((input.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
  };
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
