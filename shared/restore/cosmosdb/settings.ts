import { canonicalJson } from "../../workflow/canonical-json.ts";
import {
  type AccountSettings,
  type CapturedContainer,
  type CapturedCosmosdb,
  containerName,
  type PrivateEndpoint,
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
  const { consistency } = restored.settings;
  const level = consistency === "Strong" ? [] : [`default consistency: is ${consistency}, must be Strong`];
  return byContainer(level, { was: original, is: restored, takesOver });
}

/** What of an account is not as it was, or was added to it. */
export function accountChanges(was: CapturedCosmosdb, is: CapturedCosmosdb): Differences {
  const level = textDifference("default consistency", was.settings.consistency, is.settings.consistency);
  return byContainer([...level, ...added(SURROUNDINGS, was, is)], { was, is, takesOver: true });
}

interface Compared {
  readonly was: CapturedCosmosdb;
  readonly is: CapturedCosmosdb;
  readonly takesOver: boolean;
}

function byContainer(level: readonly string[], { was, is, takesOver }: Compared): Differences {
  const now = new Map(is.containers.map((container) => [containerName(container), container]));
  const containers = was.containers.map((container) => {
    const name = containerName(container);
    return [name, containerDifferences(container, now.get(name), takesOver)] as const;
  });
  const own = [...level, ...databaseDifferences(was, is), ...(takesOver ? takeoverDifferences(was, is) : [])];
  return Object.fromEntries([["", own], ...containers].filter(([, found]) => (found?.length ?? 0) > 0));
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
    ...(takesOver ? textDifference("time to live", ttlText(was.ttl), ttlText(is.ttl)) : expiryText(is)),
    ...throughputDifference(was.throughput, is.throughput),
    ...lost(SCRIPTS, was, is),
  ];
}

function expiryText({ ttl }: CapturedContainer): readonly string[] {
  return ttl === null ? [] : [`time to live: is ${ttlText(ttl)}, must be off`];
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

function textDifference(what: string, was: string, is: string): readonly string[] {
  return was === is ? [] : [`${what}: was ${was}, is ${is}`];
}

/** What the account itself is set to, where the new one takes the place of the old one. */
function takeoverDifferences(original: CapturedCosmosdb, restored: CapturedCosmosdb): readonly string[] {
  const was = comparable(original.settings);
  const is = comparable(restored.settings);
  const same = SETTING_NAMES.flatMap(([setting, name]) =>
    textDifference(name, canonicalJson(was[setting]), canonicalJson(is[setting])),
  );
  return [...same, ...lost(SURROUNDINGS, original, restored)];
}

/** Without what a run adds, and without an order that the service does not keep. */
function comparable({ tags, network, ...others }: AccountSettings): AccountSettings {
  const { [RUN_TAG]: _, ...own } = tags;
  const subnets = [...network.subnets].sort((one, other) => (one.id < other.id ? -1 : 1));
  return { ...others, tags: own, network: { ...network, subnets } };
}

export const SETTING_NAMES = [
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
  ["features", "features"],
  ["customerKey", "key of your own"],
] as const satisfies readonly (readonly [keyof AccountSettings, string])[];

/** One of several things of a kind: what it is told apart by, and what it says. */
interface Entry {
  readonly name: string;
  readonly says: string;
}

type Kinds<T> = readonly (readonly [what: string, entriesOf: (of: T) => readonly Entry[]])[];

const SCRIPTS: Kinds<CapturedContainer> = [
  ["stored procedure", ({ storedProcedures }) => storedProcedures.map(scriptEntry)],
  ["trigger", ({ triggers }) => triggers.map(scriptEntry)],
  ["user-defined function", ({ functions }) => functions.map(scriptEntry)],
];

const SURROUNDINGS: Kinds<CapturedCosmosdb> = [
  ["private endpoint", ({ privateEndpoints }) => privateEndpoints.map(endpointEntry)],
  ["diagnostic setting", ({ diagnosticSettings }) => diagnosticSettings.map(resourceEntry)],
  ["role definition", ({ roleDefinitions }) => roleDefinitions.map(resourceEntry)],
  ["data-plane role assignment", ({ roleAssignments }) => roleAssignments.map(assignmentEntry)],
  ["access assignment", ({ accessAssignments }) => accessAssignments.map(assignmentEntry)],
  ["lock", ({ locks }) => locks.map(lockEntry)],
];

/** By what they say: a script that is there under its name with another body is worse than none. */
function scriptEntry(script: Script): Entry {
  return { name: `"${script.id}"`, says: canonicalJson(script) };
}

function endpointEntry({ subnet, groups, dnsZones }: PrivateEndpoint): Entry {
  return { name: `in subnet ${subnet}`, says: canonicalJson({ groups, dnsZones }) };
}

/** What names the account itself says the same of another one. */
function resourceEntry({ name, properties }: Resource): Entry {
  const says = canonicalJson(properties).replaceAll(/(\/databaseAccounts\/)[^/"]+/gi, "$1");
  return { name: `"${name}"`, says };
}

function lockEntry({ name, properties: { level, notes } }: Resource): Entry {
  return { name: `"${name}"`, says: canonicalJson({ level, notes: notes ?? null }) };
}

function assignmentEntry(assignment: Resource): Entry {
  return { name: assignmentText(assignment), says: "" };
}

export function addedScripts(was: CapturedContainer, is: CapturedContainer): readonly string[] {
  return added(SCRIPTS, was, is);
}

function added<T>(kinds: Kinds<T>, was: T, is: T): readonly string[] {
  return kinds.flatMap(([what, entriesOf]) => {
    const known = new Set(entriesOf(was).map(({ name }) => name));
    return entriesOf(is).flatMap(({ name }) => (known.has(name) ? [] : [`${what} ${name} was added`]));
  });
}

function lost<T>(kinds: Kinds<T>, was: T, is: T): readonly string[] {
  return kinds.flatMap(([what, entriesOf]) => {
    const now = entriesOf(is);
    return entriesOf(was).flatMap(({ name, says }) => {
      const found = now.filter((one) => one.name === name);
      if (found.length === 0) return [`${what} ${name} is not there`];
      return found.some((one) => one.says === says) ? [] : [`${what} ${name} says something else`];
    });
  });
}

/** Who may do what; the name of an assignment is a random id, and its scope names the account. */
export function assignmentText({ properties }: Resource): string {
  const { principalId, roleDefinitionId, scope, condition } = properties;
  const where = [belowAccount(scope), ...(typeof condition === "string" ? [`if ${condition}`] : [])];
  return `${principalId} as ${lastPart(roleDefinitionId)} ${where.join(" ")}`.trim();
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
