import { StillpointError } from "../../errors/stillpoint-error.ts";

/** Stands for a part of what both sides have, by its place in it. */
interface Reference {
  readonly $part: readonly string[];
}

/** Made once for what is referred to: an orchestrator sends hundreds of errands. */
const known = new WeakMap<object, ReadonlyMap<object, Reference>>();

/**
 * The value with references where it holds the very objects of the whole: what an activity is sent stays in the
 * history, and a plan has the scripts of every container in it.
 */
export function withReferences<T>(value: T, whole: object): T {
  const places = known.get(whole) ?? placesIn(whole);
  known.set(whole, places);
  const replaced = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null) return part;
    return places.get(part) ?? mapped(part, replaced);
  };
  return replaced(value) as T;
}

/** The value as it was before `withReferences`, where the whole is the same. */
export function withoutReferences<T>(value: T, whole: object): T {
  const restored = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null) return part;
    return isReference(part) ? partAt(whole, part) : mapped(part, restored);
  };
  return restored(value) as T;
}

function placesIn(whole: object): ReadonlyMap<object, Reference> {
  const places = new Map<object, Reference>();
  const visit = (part: object, place: readonly string[]) => {
    places.set(part, { $part: place });
    for (const [name, inner] of Object.entries(part))
      if (typeof inner === "object" && inner !== null) visit(inner, [...place, name]);
  };
  visit(whole, []);
  return places;
}

function mapped(part: object, change: (inner: unknown) => unknown): object {
  if (Array.isArray(part)) return part.map(change);
  return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, change(inner)]));
}

function isReference(part: object): part is Reference {
  const [name, ...others] = Object.keys(part);
  return name === "$part" && others.length === 0 && Array.isArray((part as Reference).$part);
}

function partAt(whole: object, { $part }: Reference): unknown {
  let found: unknown = whole;
  for (const name of $part) found = (found as Record<string, unknown> | undefined)?.[name];
  if (found !== undefined) return found;
  throw new StillpointError("JOURNAL_DIVERGED", `the plan has no part "${$part.join(".")}"`);
}
