import { canonicalJson } from "../../workflow/canonical-json.ts";
import type { CapturedManaged, ManagedMember, ManagedSettings, Surrounding } from "./captured.ts";

/** A restored server carries the run that made it; its original does not. */
export const RUN_TAG = "stillpoint-run";

type Differences = Readonly<Record<string, readonly string[]>>;

/**
 * What a restored server does not have of its original, by instance; under "" what is the server's own. Names of the
 * restored instances are given by those of the originals.
 */
export function serverDifferences(
  original: CapturedManaged,
  restored: CapturedManaged,
  { memberNames = {} }: { readonly memberNames?: Readonly<Record<string, string>> } = {},
): Differences {
  const now = new Map(restored.members.map((member) => [member.name, member]));
  const members = original.members.map((member) => [
    member.name,
    memberDifferences(member, now.get(memberNames[member.name] ?? member.name)),
  ]);
  const own = [
    ...settingDifferences(original.settings, restored.settings),
    ...tagDifferences(original.tags, restored.tags),
    ...lostSurroundings(original.surroundings, restored.surroundings),
  ];
  const all: [string, readonly string[]][] = [["", own], ...(members as [string, readonly string[]][])];
  return Object.fromEntries(all.filter(([, found]) => found.length > 0));
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
  const added = lostSurroundings(is.surroundings, was.surroundings, "was added");
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

function lostSurroundings(
  was: readonly Surrounding[],
  is: readonly Surrounding[],
  verb = "is not there",
): readonly string[] {
  return was.flatMap(({ kind, name, says }) => {
    const found = is.find((one) => one.kind === kind && one.name === name);
    if (found === undefined) return [`${kind} "${name}" ${verb}`];
    if (verb !== "is not there" || canonicalJson(found.says) === canonicalJson(says)) return [];
    return [`${kind} "${name}" says something else`];
  });
}
