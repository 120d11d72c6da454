import { canonicalJson } from "../../workflow/canonical-json.ts";
import type { CapturedManaged, ManagedMember, ManagedSettings, Surrounding } from "./captured.ts";
import { type PlannedServer, suffixOf } from "./plan.ts";

/** A restored server carries the run that made it; its original does not. */
export const RUN_TAG = "stillpoint-run";

type Differences = Readonly<Record<string, readonly string[]>>;

/** What things of the restored server are called, by the original's names; and what the run's own names end with. */
export interface Naming {
  readonly names: Readonly<Record<string, string>>;
  readonly suffix: string;
}

const SAME_NAMES: Naming = { names: {}, suffix: "" };

/** How a restored server and what belongs to it are called; once names were swapped, as the original was. */
export function namingOf(
  { original, target, members }: PlannedServer,
  run: string,
  swapped: boolean,
): Naming {
  if (swapped) return SAME_NAMES;
  const instances = members.map((member) => [member.name, member.target]);
  return { names: Object.fromEntries([[original.server, target], ...instances]), suffix: suffixOf(run) };
}

/** What a restored server does not have of its original, by instance; under "" what is the server's own. */
export function serverDifferences(
  original: CapturedManaged,
  restored: CapturedManaged,
  naming: Naming = SAME_NAMES,
): Differences {
  const now = new Map(restored.members.map((member) => [member.name, member]));
  const members = original.members.map((member) => {
    const is = now.get(naming.names[member.name] ?? member.name);
    return [member.name, memberDifferences(member, is)] as const;
  });
  const own = [
    ...settingDifferences(original.settings, restored.settings),
    ...tagDifferences(original.tags, restored.tags),
    ...lost(original.surroundings, restored.surroundings, naming),
  ];
  return Object.fromEntries([["", own] as const, ...members].filter(([, found]) => found.length > 0));
}

/** What of a server is not as it was when the restore was planned: changed, gone, or added. */
export function changesSince(was: CapturedManaged, is: CapturedManaged): readonly string[] {
  const changed = Object.entries(serverDifferences(was, is)).flatMap(([name, found]) =>
    found.map((what) => `${name || was.server}: ${what}`),
  );
  const known = new Set(was.members.map(({ name }) => name));
  const made = is.members
    .filter(({ name }) => !known.has(name))
    .map(({ name }) => `instance "${name}" was added`);
  const added = is.surroundings
    .filter((one) => !was.surroundings.some((other) => one.kind === other.kind && one.name === other.name))
    .map(({ kind, name }) => `${kind} "${name}" was added`);
  return [...changed, ...made, ...added];
}

function memberDifferences(was: ManagedMember, is: ManagedMember | undefined): readonly string[] {
  if (is === undefined) return ["is not there"];
  return [
    ...(was.tier === is.tier ? [] : [`promotion tier: was ${was.tier}, is ${is.tier}`]),
    ...settingDifferences(was.settings, is.settings),
    ...tagDifferences(was.tags, is.tags),
  ];
}

function settingDifferences(was: ManagedSettings, is: ManagedSettings): readonly string[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  return names.flatMap((name) => {
    const [before, after] = [textOf(was[name]), textOf(is[name])];
    return before === after ? [] : [`${name}: was ${before}, is ${after}`];
  });
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? "not set" : canonicalJson(value);
}

function tagDifferences(
  was: CapturedManaged["tags"],
  { [RUN_TAG]: _, ...is }: CapturedManaged["tags"],
): readonly string[] {
  const { [RUN_TAG]: __, ...own } = was;
  const [before, after] = [canonicalJson(own), canonicalJson(is)];
  return before === after ? [] : [`tags: were ${before}, are ${after}`];
}

function lost(
  was: readonly Surrounding[],
  is: readonly Surrounding[],
  { names, suffix }: Naming,
): readonly string[] {
  return was.flatMap(({ kind, name, says }) => {
    const called = [name, `${name}${suffix}`];
    const found = is.filter((one) => one.kind === kind && called.includes(one.name));
    if (found.length === 0) return [`${kind} "${name}" is not there`];
    const wanted = renamed(canonicalJson(says), names);
    const same = found.some((one) => canonicalJson(one.says) === wanted);
    return same ? [] : [`${kind} "${name}" says something else`];
  });
}

/** What names the original names the restored one in its place. As canonical JSON. */
export function renamed(text: string, names: Naming["names"]): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/g, (quoted) => {
    const name = names[JSON.parse(quoted) as string];
    return name === undefined ? quoted : JSON.stringify(name);
  });
}
