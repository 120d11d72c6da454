import {
  type AccountSettings,
  type CapturedContainer,
  type CapturedCosmosdb,
  containerName,
  type Resource,
  type Script,
  type Throughput,
} from "./captured.ts";

type Differences = Readonly<Record<string, readonly string[]>>;

/** A restored account carries the run that made it; its original does not. */
export const RUN_TAG = "stillpoint-run";

/**
 * What of the original a restored account does not have, by `database/container`; under "" what is the account's own.
 * One that is only to be looked at stays closed, and is not held against how its original is reached.
 */
export function accountDifferences(
  original: CapturedCosmosdb,
  restored: CapturedCosmosdb,
  { takesOver }: { readonly takesOver: boolean },
): Differences {
  const now = new Map(restored.containers.map((container) => [containerName(container), container]));
  const containers = original.containers.map((container) => {
    const name = containerName(container);
    return [name, containerDifferences(container, now.get(name), takesOver)] as const;
  });
  const own = [
    ...(restored.settings.consistency === "Strong" ? [] : [consistencyText(restored.settings)]),
    ...databaseDifferences(original, restored),
    ...(takesOver ? takeoverDifferences(original, restored) : []),
  ];
  return Object.fromEntries([["", own], ...containers].filter(([, found]) => (found?.length ?? 0) > 0));
}

function consistencyText({ consistency }: AccountSettings): string {
  return `default consistency: is ${consistency}, must be Strong`;
}

function containerDifferences(
  was: CapturedContainer,
  is: CapturedContainer | undefined,
  takesOver: boolean,
): readonly string[] {
  if (is === undefined) return ["is not there"];
  return [
    ...textDifference("partition key", was.partitionKey, is.partitionKey),
    ...textDifference("indexing policy", was.indexingPolicy, is.indexingPolicy),
    ...(takesOver ? textDifference("time to live", ttlText(was.ttl), ttlText(is.ttl)) : []),
    ...throughputDifference(was.throughput, is.throughput),
    ...scriptDifferences("stored procedure", was.storedProcedures, is.storedProcedures),
    ...scriptDifferences("trigger", was.triggers, is.triggers),
    ...scriptDifferences("user-defined function", was.functions, is.functions),
  ];
}

function ttlText(ttl: number | null): string {
  return ttl === null ? "off" : `${ttl} s`;
}

function databaseDifferences(original: CapturedCosmosdb, restored: CapturedCosmosdb): readonly string[] {
  const now = new Map(restored.databases.map((database) => [database.name, database]));
  return original.databases.flatMap(({ name, throughput }) => {
    const is = now.get(name);
    if (is === undefined) return [`database "${name}" is not there`];
    return throughputDifference(throughput, is.throughput).map((text) => `database "${name}": ${text}`);
  });
}

function throughputDifference(was: Throughput | null, is: Throughput | null): readonly string[] {
  return textDifference("throughput", throughputText(was), throughputText(is));
}

export function throughputText(throughput: Throughput | null): string {
  if (throughput === null) return "none of its own";
  return throughput.kind === "manual"
    ? `${throughput.units} RU/s`
    : `autoscale up to ${throughput.mostUnits} RU/s`;
}

/** By what they say: a script that is there under its name with another body is worse than none. */
function scriptDifferences(what: string, was: readonly Script[], is: readonly Script[]): readonly string[] {
  const now = new Map(is.map((script) => [script.id, JSON.stringify(inOrder(script))]));
  return was.flatMap((script) => {
    const found = now.get(script.id);
    if (found === undefined) return [`${what} "${script.id}" is not there`];
    return found === JSON.stringify(inOrder(script)) ? [] : [`${what} "${script.id}" says something else`];
  });
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, inOrder(part)]));
}

function textDifference(what: string, was: string, is: string): readonly string[] {
  return was === is ? [] : [`${what}: was ${was}, is ${is}`];
}

/** What the account itself is set to, where the new one takes the place of the old one. */
function takeoverDifferences(original: CapturedCosmosdb, restored: CapturedCosmosdb): readonly string[] {
  const was = original.settings;
  const { [RUN_TAG]: _, ...tags } = restored.settings.tags;
  const is = { ...restored.settings, tags };
  const same = SETTING_NAMES.flatMap(([setting, name]) =>
    textDifference(name, canonical(was[setting]), canonical(is[setting])),
  );
  return [
    ...same,
    ...missing(
      "private endpoint in subnet",
      original.privateEndpoints,
      restored.privateEndpoints,
      (one) => one.subnet,
    ),
    ...missingResources("diagnostic setting", original.diagnosticSettings, restored.diagnosticSettings),
    ...missingResources("role definition", original.roleDefinitions, restored.roleDefinitions),
    ...missing(
      "data-plane role assignment",
      original.roleAssignments,
      restored.roleAssignments,
      assignmentText,
    ),
    ...missing("access assignment", original.accessAssignments, restored.accessAssignments, assignmentText),
    ...missingResources("lock", original.locks, restored.locks),
  ];
}

const SETTING_NAMES = [
  ["tags", "tags"],
  ["network", "network rules"],
  ["minimalTls", "least TLS version"],
  ["continuousTier", "tier of continuous backup"],
  ["regions", "regions"],
  ["automaticFailover", "automatic failover"],
  ["localAuthDisabled", "keys switched off"],
  ["keyMetadataWritesDisabled", "metadata writes by key switched off"],
  ["identity", "identities"],
  ["cors", "CORS rules"],
  ["capacityLimit", "limit of total throughput"],
] as const satisfies readonly (readonly [keyof AccountSettings, string])[];

function canonical(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

function missingResources(
  what: string,
  was: readonly Resource[],
  is: readonly Resource[],
): readonly string[] {
  return missing(what, was, is, ({ name }) => name);
}

/** Who may do what; the name of an assignment is a random id, and its scope names the account. */
export function assignmentText({ properties }: Resource): string {
  const { principalId, roleDefinitionId, scope } = properties;
  return `${principalId} as ${lastPart(roleDefinitionId)} ${belowAccount(scope)}`.trim();
}

function lastPart(id: unknown): string {
  return (
    String(id ?? "")
      .split("/")
      .at(-1) ?? ""
  );
}

/** `/dbs/scalar/colls/asset` of a scope that begins with the account's ARM id. */
export function belowAccount(scope: unknown): string {
  const [, below = ""] = String(scope ?? "").split(/\/databaseAccounts\/[^/]+/i);
  return below;
}

function missing<T>(
  what: string,
  was: readonly T[],
  is: readonly T[],
  nameOf: (one: T) => string,
): readonly string[] {
  const found = new Set(is.map(nameOf));
  return was.map(nameOf).flatMap((name) => (found.has(name) ? [] : [`${what} ${name} is not there`]));
}
