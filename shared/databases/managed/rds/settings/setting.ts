import type { ManagedSettings } from "../../../../restore/managed/captured.ts";
import { canonicalJson } from "../../../../workflow/canonical-json.ts";

/**
 * One thing that a server is set to: where the service tells it, how a restore passes it, and how it is changed
 * afterwards. What has neither can only be compared.
 */
export interface Setting<Source, Passed, Change> {
  readonly name: string;
  /** Null where it is not set. */
  readonly of: (source: Source) => unknown;
  // What was captured is JSON: what a setting is told with is what it takes.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly pass?: (value: any, all: ManagedSettings) => Partial<Passed>;
  /** `now` is what it is set to at present. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly change?: (value: any, now: any) => Partial<Change>;
  /** Whether it can be changed to "not set", too. */
  readonly canUnset?: true;
}

/** Settings that are passed and changed under one name; `same` are also told under it. */
export function alike<S, P, C>() {
  const told = (name: keyof P & keyof C & string, of: (source: S) => unknown): Setting<S, P, C> => {
    const input = (value: unknown) => ({ [name]: value }) as Partial<P & C>;
    return { name, of, pass: input, change: input };
  };
  return {
    told,
    same: (name: keyof S & keyof P & keyof C & string) => told(name, (source) => source[name]),
  };
}

type Settings<S, P, C> = readonly Setting<S, P, C>[];

export function read<S, P, C>(settings: Settings<S, P, C>, source: S): Record<string, unknown> {
  return Object.fromEntries(settings.map(({ name, of }) => [name, of(source) ?? null]));
}

/** All that is set and can be passed, as one input. */
export function passed<S, P, C>(settings: Settings<S, P, C>, wanted: ManagedSettings): Partial<P> {
  const inputs = settings.map(({ name, pass }) => {
    const value = wanted[name] ?? null;
    return value === null || pass === undefined ? {} : pass(value, wanted);
  });
  return Object.assign({}, ...inputs) as Partial<P>;
}

export interface Change<C> {
  readonly name: string;
  readonly input: Partial<C>;
}

/** What is not as wanted, each as a change of its own: one that is refused must not keep the others away. */
export function changes<S, P, C>(
  settings: Settings<S, P, C>,
  wanted: ManagedSettings,
  now: ManagedSettings,
): readonly Change<C>[] {
  return settings.flatMap(({ name, change, canUnset }) => {
    const [was, is] = [wanted[name] ?? null, now[name] ?? null];
    if (change === undefined || (was === null && !canUnset) || canonicalJson(was) === canonicalJson(is))
      return [];
    return [{ name, input: change(was, is) }];
  });
}

export function sorted(list: readonly string[] | undefined): readonly string[] {
  return [...(list ?? [])].sort();
}

interface Exported {
  readonly EnableLogTypes?: string[];
  readonly DisableLogTypes?: string[];
}

export function logExports(wanted: readonly string[] | null, now: readonly string[] | null): Exported {
  const [was, is] = [wanted ?? [], now ?? []];
  const on = was.filter((type) => !is.includes(type));
  const off = is.filter((type) => !was.includes(type));
  return { ...(on.length > 0 && { EnableLogTypes: on }), ...(off.length > 0 && { DisableLogTypes: off }) };
}
