import { createHash } from "node:crypto";

export const SUBSCRIPTION = "11111111-1111-1111-1111-111111111111";

/** Where a template is deployed to. */
export type Place =
  | { readonly kind: "subscription"; readonly subscription: string }
  | { readonly kind: "group"; readonly subscription: string; readonly group: string };

// biome-ignore lint/suspicious/noExplicitAny: the language's functions take values of any type
type Plain = (...args: readonly any[]) => unknown;

/** Functions of the template language whose answer depends on their arguments alone. */
export const PURE: Readonly<Record<string, Plain>> = {
  concat: (...args) => (Array.isArray(args[0]) ? args.flat() : args.join("")),
  createArray: (...args) => args,
  createObject: (...args) =>
    Object.fromEntries(args.flatMap((name, at) => (at % 2 === 0 ? [[name, args[at + 1]]] : []))),
  div: (a, b) => Math.trunc(a / b),
  empty: (value) => value === "" || value === null || Object.keys(value).length === 0,
  format: (text, ...args) => String(text).replaceAll(/\{(\d+)\}/g, (_, at) => textOf(args[Number(at)])),
  guid: (...args) => guid(args),
  if: (condition, yes, no) => (condition ? yes : no),
  length: (value) => (typeof value === "string" ? value.length : Object.keys(value).length),
  mod: (a, b) => a % b,
  mul: (a, b) => a * b,
  not: (value) => value !== true,
  null: () => null,
  uniqueString: (...args) => hash(args).slice(0, 13),
};

/** What a placeholder stands for must be there: `{0}` of nothing would make a name without its first part. */
function textOf(value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw new Error(`${JSON.stringify(value)} is put where a text has to be`);
}

function guid(parts: readonly unknown[]): string {
  for (const part of parts) textOf(part);
  return hash(parts).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}

function hash(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

export function placeId(place: Place): string {
  const subscription = `/subscriptions/${place.subscription}`;
  return place.kind === "group" ? `${subscription}/resourceGroups/${place.group}` : subscription;
}

/** `/subscriptions/…/providers/A.B/c/NAME/d/NAME` of type `A.B/c/d` and its names. */
export function idOf(base: string, type: string, names: readonly string[]): string {
  const [provider, ...kinds] = type.split("/");
  if (kinds.length !== names.length)
    throw new Error(`"${type}" has ${kinds.length} names, not ${JSON.stringify(names)}`);
  return `${base}/providers/${provider}/${kinds.map((kind, at) => `${kind}/${names[at]}`).join("/")}`;
}
