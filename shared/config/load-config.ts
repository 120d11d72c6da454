import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { quoted } from "../errors/quoted.ts";
import { messageOf, StillpointError } from "../errors/stillpoint-error.ts";
import { accountKeyProblems } from "./account-key.ts";
import { azureProblems } from "./azure-problems.ts";
import { clusterProblems } from "./cluster-material.ts";
import type { Config, Deployment } from "./config.ts";
import { configFrom } from "./config-from.ts";
import { ConfigFile } from "./file-schema.ts";
import { functionProblems } from "./function-problems.ts";
import { didYouMean } from "./near-miss.ts";
import { type Problem, showPath, showValue, valueAt } from "./problem.ts";
import { ruleProblems } from "./rules.ts";
import { shapeProblems } from "./shape-problems.ts";
import { type Environment, referenceProblems } from "./tls-material.ts";
import { type Place, readYaml, type YamlSource } from "./yaml-source.ts";

const USUAL_PATH = "stillpoint.yml";
/** Names the file where the command line does not: hosts without one have only their environment. */
const PATH_VARIABLE = "STILLPOINT_CONFIG";
const LARGEST_FILE_BYTES = 1_000_000;

/** One problem, ready to be shown. */
export interface ConfigProblem extends Partial<Place> {
  readonly path: string;
  readonly rule: string;
  /** What stands there, where it can be shown. */
  readonly value?: string;
}

export type ConfigCheck =
  | { readonly kind: "usable"; readonly config: Config }
  | {
      readonly kind: "unusable";
      readonly path: string;
      readonly problems: readonly [ConfigProblem, ...ConfigProblem[]];
    };

/**
 * The configuration at `path`, or where the environment says, or `stillpoint.yml`. `CONFIG_INVALID` names every
 * problem. Certificates and keys are not looked at: that one of a deployment is missing must not keep a sweep
 * from unpausing another. `checkConfig` looks at them too.
 */
export function loadConfig(path: string | undefined, env: Environment): Config {
  const check = examine(path, env, { ofTree: () => [], ofConfig: () => [] });
  if (check.kind === "usable") return check.config;
  throw invalid(check.path, check.problems);
}

/** Everything that can be said about the configuration without contacting anybody. */
export function checkConfig(path: string | undefined, env: Environment): ConfigCheck {
  return examine(path, env, {
    ofTree: (tree, folder) => [
      ...referenceProblems(tree, folder, env),
      ...accountKeyProblems(tree, env),
      ...clusterProblems(tree, folder, env),
    ],
    ofConfig: (config) => [...functionProblems(config), ...azureProblems(config)],
  });
}

/** One deployment by name; `DEPLOYMENT_UNKNOWN` tells which there are. */
export function deploymentNamed({ deployments, path }: Config, name: string): Deployment {
  const found = deployments.find((deployment) => deployment.name === name);
  if (found !== undefined) return found;
  const names = deployments.map((deployment) => deployment.name);
  throw new StillpointError(
    "DEPLOYMENT_UNKNOWN",
    `cannot find deployment "${name}" in "${path}", which has ${quoted(names)}` +
      `${didYouMean(name, names) || ";"} nothing was done`,
  );
}

/** What is looked at beside shape and rules. */
interface Further {
  readonly ofTree: (tree: unknown, folder: string) => readonly Problem[];
  /** Of what can be read as a configuration: its shape is right, and no rule is broken. */
  readonly ofConfig: (config: Config) => readonly Problem[];
}

function examine(given: string | undefined, env: Environment, further: Further): ConfigCheck {
  const path = resolve(given ?? (env[PATH_VARIABLE] || USUAL_PATH));
  const source = readYaml(read(path));
  const syntax: ConfigProblem[] = source.syntax.map((problem) => ({ path: showPath([]), ...problem }));
  if (source.tree === undefined) return unusable(path, syntax) ?? impossible(path);
  const tree = source.tree.value;
  const shape = ConfigFile.safeParse(tree);
  const wrong = [...(shape.success ? [] : shapeProblems(tree, shape.error.issues)), ...ruleProblems(tree)];
  const config = shape.success && wrong.length === 0 ? configFrom(path, shape.data) : undefined;
  const found = [
    ...wrong,
    ...further.ofTree(tree, dirname(path)),
    ...(config === undefined ? [] : further.ofConfig(config)),
  ].map((problem) => shown(problem, tree, source));
  const problems = unusable(path, [...syntax, ...found]);
  if (problems !== undefined) return problems;
  return config === undefined ? impossible(path) : { kind: "usable", config };
}

function unusable(path: string, problems: readonly ConfigProblem[]): ConfigCheck | undefined {
  const [first, ...others] = [...problems].sort((a, b) => lineOf(a) - lineOf(b));
  return first && { kind: "unusable", path, problems: [first, ...others] };
}

function lineOf({ line = 0 }: ConfigProblem): number {
  return line;
}

function impossible(path: string): never {
  throw new StillpointError("INTERNAL", `"${path}" was refused without a reason`);
}

function shown({ path, rule, about = "value" }: Problem, tree: unknown, source: YamlSource): ConfigProblem {
  const value = about === "value" ? showValue(path, valueAt(tree, path)) : undefined;
  return {
    path: showPath(path),
    rule,
    ...(value !== undefined && { value }),
    ...source.placeOf(path, about),
  };
}

function read(path: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > LARGEST_FILE_BYTES) throw new Error(`it is larger than ${LARGEST_FILE_BYTES} bytes`);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const why = missing
      ? "there is no such file; begin with: cp stillpoint.example.yml stillpoint.yml, for functions with stillpoint.aws.example.yml or stillpoint.azure.example.yml"
      : messageOf(error);
    throw new StillpointError(
      "CONFIG_INVALID",
      `cannot read configuration "${path}": ${why}; nothing was done`,
      {
        cause: error,
      },
    );
  }
}

function invalid(path: string, problems: readonly ConfigProblem[]): StillpointError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const lines = problems.map((problem) => `  ${showProblem(path, problem)}`);
  return new StillpointError(
    "CONFIG_INVALID",
    [`cannot use configuration "${path}": ${count}; nothing was done`, ...lines].join("\n"),
  );
}

/** `stillpoint.yml:4:13 deployments.payments.pause.hold must be … (it is 5)` */
export function showProblem(file: string, { path, rule, value, line, column }: ConfigProblem): string {
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  return `${place} ${path} ${rule}${value === undefined ? "" : ` (it is ${value})`}`;
}
