import { certificateFiles, placeBeside } from "./certificate-files.ts";
import type { Config } from "./config.ts";
import type { Problem, SettingPath } from "./problem.ts";

/** A problem with what stands there, for who has no longer got the file. */
export interface FunctionProblem extends Problem {
  readonly value?: string;
}

export type FunctionProblems = readonly FunctionProblem[];

/** Where functions of a cloud have their secrets from. */
export interface Secrets {
  readonly section: "aws" | "azure";
  readonly holder: "parameter" | "secret";
  readonly secrets: Readonly<Record<string, string>>;
}

/** What is secret comes from the environment of the functions, never from their package. */
export function secretProblems(
  path: SettingPath,
  source: { readonly file: string } | { readonly env: string },
  what: string,
  { section, holder, secrets }: Secrets,
): FunctionProblems {
  if ("file" in source) {
    const rule = `must be { env: NAME }, with NAME in ${section}.secrets: ${what} does not belong into a package`;
    return [{ path, rule, about: "name" }];
  }
  if (Object.hasOwn(secrets, source.env)) return [];
  const rule = `must be in ${section}.secrets, which says the ${holder} that holds it`;
  return [{ path: [...path, "env"], rule, value: source.env }];
}

/** Functions run no command of the operator's, and have nothing else to take. */
export function noDatabases(deployment: string): FunctionProblem {
  const rule = "needs databases: functions run no command, and without one there is nothing else to back up";
  return { path: ["deployments", deployment], rule, about: "name" };
}

/** Files that are packaged beside the code, under names that nothing else there has. */
export function fileProblems(config: Config, taken: readonly string[]): FunctionProblems {
  return certificateFiles(config).flatMap(({ path, file }) => {
    const place = placeBeside(config, file);
    if (place === undefined) {
      const rule = "must be below the folder of the configuration, to be packaged with it";
      return [{ path, rule, value: file }];
    }
    if (!taken.includes(place)) return [];
    return [{ path, rule: `must not be called "${place}", as a part of the package is`, value: file }];
  });
}
