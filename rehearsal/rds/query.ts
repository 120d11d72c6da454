/** What a parameter of AWS's Query protocol holds: a text, a list or a record. */
export type Value = string | readonly Value[] | Input;
export type Input = { readonly [name: string]: Value | undefined };

type Tree = { [name: string]: Tree | string };

/** `Tags.Tag.1.Key=team` is the first element of a list: its own name, `Tag`, tells nothing more. */
export function parseQuery(body: string): Input {
  const root: Tree = {};
  for (const [path, value] of new URLSearchParams(body)) put(root, path.split("."), value);
  return readTree(root) as Input;
}

function put(node: Tree, [name = "", ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) {
    node[name] = value;
    return;
  }
  const next = node[name];
  const below = typeof next === "object" ? next : {};
  node[name] = below;
  put(below, rest, value);
}

function readTree(node: Tree | string): Value {
  if (typeof node === "string") return node;
  const [only, ...others] = Object.values(node);
  if (others.length === 0 && typeof only === "object" && isList(only))
    return Object.values(only).map(readTree);
  return Object.fromEntries(Object.entries(node).map(([name, each]) => [name, readTree(each)]));
}

function isList(node: Tree): boolean {
  const names = Object.keys(node);
  return names.length > 0 && names.every((name) => /^\d+$/.test(name));
}

export function text(value: Value | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function list(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}

export function texts(value: Value | undefined): readonly string[] {
  return list(value).flatMap((each) => text(each) ?? []);
}

export function record(value: Value | undefined): Input {
  return typeof value === "object" && !Array.isArray(value) ? (value as Input) : {};
}
