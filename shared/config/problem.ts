/** Where in the configuration: names of settings and positions in lists. */
export type SettingPath = readonly (string | number)[];

/** One thing that is wrong. `rule` reads as a sentence that goes on from the setting's name. */
export interface Problem {
  readonly path: SettingPath;
  readonly rule: string;
  /** Whether the setting's name is wrong, or missing, rather than its value. */
  readonly about?: "name" | "value";
}

const LONGEST_VALUE = 80;

/** `deployments.payments.components.ledger.instances[0]` */
export function showPath(path: SettingPath): string {
  const parts = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`));
  return parts.join("").replace(/^\./, "") || "the file";
}

export function valueAt(tree: unknown, path: SettingPath): unknown {
  let value = tree;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** A value as it may be printed: not long, not a structure, and never what looks like a secret. */
export function showValue(path: SettingPath, value: unknown): string | undefined {
  if (value === undefined || (typeof value === "object" && value !== null)) return undefined;
  if (mayBeSecret(path, value)) return "not shown, since it may be a secret";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** Somebody may have put the key or token itself where its file or variable should be named. */
function mayBeSecret(path: SettingPath, value: unknown): boolean {
  if (isSecret(path.at(-1))) return true;
  if (typeof value !== "string") return false;
  const longInKey = isSecret(path.at(-2)) && value.length > LONGEST_VALUE;
  return longInKey || value.includes("-----BEGIN") || /\/\/[^/\s]*@/.test(value);
}

function isSecret(setting: string | number | undefined): boolean {
  return setting === "key" || setting === "token" || setting === "password";
}
