import { certificateFiles, placeBeside } from "../shared/config/certificate-files.ts";
import type { Config } from "../shared/config/config.ts";
import { functionProblems } from "../shared/config/function-problems.ts";
import type { FunctionProblem, FunctionProblems } from "../shared/config/packaged-problems.ts";
import { showPath } from "../shared/config/problem.ts";
import { readingProblem } from "../shared/config/tls-material.ts";

/** Why a configuration cannot be deployed, in the words of its settings. `config check` tells the same beforehand. */
export function refusals(config: Config): readonly string[] {
  if (config.aws === undefined)
    return ['aws is missing: it says where the functions run, see "stillpoint.aws.example.yml"'];
  return [...functionProblems(config), ...unreadableFiles(config)].map(showRefusal);
}

/** Loading leaves these files alone: only packaging needs them all. */
export function unreadableFiles(config: Config): FunctionProblems {
  return certificateFiles(config).flatMap(({ path, file }) => {
    const problem = placeBeside(config, file) === undefined ? undefined : readingProblem(file);
    return problem === undefined ? [] : [{ path, rule: `must be readable: ${problem}`, value: file }];
  });
}

export function showRefusal({ path, rule, value }: FunctionProblem): string {
  return `${showPath(path)} ${rule}${value === undefined ? "" : ` (it is "${value}")`}`;
}
