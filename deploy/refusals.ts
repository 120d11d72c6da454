import { certificateFiles, placeBeside } from "../shared/config/certificate-files.ts";
import type { Config } from "../shared/config/config.ts";
import { type FunctionProblem, functionProblems } from "../shared/config/function-problems.ts";
import { showPath } from "../shared/config/problem.ts";
import { readingProblem } from "../shared/config/tls-material.ts";

/** Why a configuration cannot be deployed, in the words of its settings. `config check` tells the same beforehand. */
export function refusals(config: Config): readonly string[] {
  if (config.aws === undefined)
    return ['aws is missing: it says where the functions run, see "stillpoint.aws.example.yml"'];
  return [...functionProblems(config), ...unreadable(config)].map(shown);
}

/** Loading leaves these files alone: only packaging needs them all. */
function unreadable(config: Config): readonly FunctionProblem[] {
  return certificateFiles(config).flatMap(({ path, file }) => {
    const problem = placeBeside(config, file) === undefined ? undefined : readingProblem(file);
    return problem === undefined ? [] : [{ path, rule: `must be readable: ${problem}`, value: file }];
  });
}

function shown({ path, rule, value }: FunctionProblem): string {
  return `${showPath(path)} ${rule}${value === undefined ? "" : ` (it is "${value}")`}`;
}
