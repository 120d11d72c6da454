import { StillpointError } from "../errors/stillpoint-error.ts";
import type { StorageAccount } from "./config.ts";
import { type Problem, valueAt } from "./problem.ts";
import type { Environment } from "./tls-material.ts";

/** The key of a storage account, where the configuration names one. */
export function accountKey({ account, key }: StorageAccount, env: Environment): string | undefined {
  if (key === undefined) return undefined;
  const value = env[key.env];
  if (value !== undefined) return value.trim();
  throw new StillpointError(
    "CONFIG_INVALID",
    `Cannot use the key of storage account "${account}" in the environment variable "${key.env}": it is not set; ` +
      "nothing was contacted",
  );
}

const KEYS = [
  ["catalog", "key", "env"],
  ["verification", "parts", "key", "env"],
] as const;

/** Whether the keys that the file refers to are there. */
export function accountKeyProblems(tree: unknown, env: Environment): readonly Problem[] {
  return KEYS.flatMap((path) => {
    const variable = valueAt(tree, path);
    if (typeof variable !== "string" || env[variable] !== undefined) return [];
    return [{ path, rule: "must name an environment variable that is set" }];
  });
}
