import type { AwsSettings, AzureSettings, CatalogSettings, JdbcDatabaseSettings } from "./config.ts";
import { FARGATE_MEMORY } from "./dumps-schema.ts";
import {
  type FunctionProblem,
  type FunctionProblems,
  type Secrets,
  secretProblems,
} from "./packaged-problems.ts";
import type { SettingPath } from "./problem.ts";
import { isThisMachine } from "./server-rules.ts";

/** What neither functions nor the tasks that they start could work with, of a server that is dumped. */
export function dumpProblems(
  at: SettingPath,
  database: JdbcDatabaseSettings,
  where: { readonly store: "s3" | "blob"; readonly secrets: Secrets },
): FunctionProblems {
  const { dumps, tools, password, host } = database;
  const problems: FunctionProblem[] = [
    ...secretProblems([...at, "password"], password, "a password", where.secrets),
  ];
  if (dumps.kind !== where.store) {
    const rule = `must be "${where.store}": what takes a dump there has no other place to keep it`;
    problems.push({ path: [...at, "dumps", "kind"], rule, value: dumps.kind });
  }
  if (tools !== undefined)
    problems.push({
      path: [...at, "tools"],
      rule: "must be left out: the image has its own",
      value: tools,
    });
  if (isThisMachine(host)) {
    const rule = "must be a server that can be reached from there";
    problems.push({ path: [...at, "host"], rule, value: host });
  }
  return problems;
}

/** What `aws.dumps` lacks for a server that is dumped. */
export function awsDumpProblems(
  at: SettingPath,
  { dumps }: JdbcDatabaseSettings,
  aws: AwsSettings,
): FunctionProblems {
  const problems: FunctionProblem[] = [];
  if (aws.dumps === undefined)
    problems.push(needs(at, "aws.dumps", "the tools that take and load dumps come in an image"));
  if (aws.vpc === undefined) problems.push(needs(at, "aws.vpc", "a server is reached from a network"));
  if (dumps.kind === "s3" && dumps.profile !== undefined) {
    const rule = "must be left out: a function has the credentials of its role";
    problems.push({ path: [...at, "dumps", "profile"], rule, value: dumps.profile });
  }
  return problems;
}

/** A processor comes with so much memory, and no other. */
export function taskProblems({ dumps, region }: AwsSettings): FunctionProblems {
  const at = ["aws", "dumps"];
  const images = [
    { path: [...at, "image"], image: dumps?.image },
    { path: [...at, "task", "image"], image: dumps?.task?.image },
  ];
  const elsewhere = images.flatMap(({ path, image }) =>
    image === undefined || image.split(".")[3] === region
      ? []
      : [{ path, rule: `must be in "${region}", as what runs it is`, value: image }],
  );
  if (dumps?.task === undefined) return elsewhere;
  const { cpu, memory } = dumps.task;
  const { least, most, step } = FARGATE_MEMORY[cpu];
  if (memory >= least && memory <= most && (memory - least) % step === 0) return elsewhere;
  const steps = step === 1 ? "" : ` in steps of ${step}`;
  const rule = `must be from ${least} to ${most}${steps}, with ${cpu} ${cpu === 1 ? "processor" : "processors"}`;
  return [...elsewhere, { path: [...at, "task", "memory"], rule, value: String(memory) }];
}

/** What `azure.dumps` lacks for a server that is dumped. */
export function azureDumpProblems(
  at: SettingPath,
  { dumps }: JdbcDatabaseSettings,
  { azure, catalog }: { readonly azure: AzureSettings; readonly catalog: CatalogSettings },
): FunctionProblems {
  const missing =
    azure.dumps === undefined
      ? [needs(at, "azure.dumps", "the tools that take and load dumps come in an image")]
      : [];
  if (dumps.kind !== "blob" || catalog.kind !== "azure-table") return missing;
  const { account, key, endpoint } = dumps;
  const below = (setting: string) => [...at, "dumps", setting];
  const problems: FunctionProblem[] = [...missing];
  if (account !== catalog.account) {
    const rule = `must be "${catalog.account}", as catalog.account: the container is deployed in it`;
    problems.push({ path: below("account"), rule, value: account });
  }
  if (key !== undefined)
    problems.push({ path: below("key"), rule: "must be left out: a job has its identity", about: "name" });
  if (endpoint !== undefined) {
    const rule = "must be left out: the account is deployed with the job";
    problems.push({ path: below("endpoint"), rule, value: endpoint });
  }
  return problems;
}

/** The identity may pull from the registry that is named, and so from no other. */
export function registryProblems({ dumps }: AzureSettings): FunctionProblems {
  if (dumps === undefined) return [];
  const server = `${dumps.registry.slice(dumps.registry.lastIndexOf("/") + 1).toLowerCase()}.azurecr.io`;
  if (dumps.image.startsWith(`${server}/`)) return [];
  return [
    {
      path: ["azure", "dumps", "image"],
      rule: `must begin with "${server}/", as azure.dumps.registry says`,
      value: dumps.image,
    },
  ];
}

function needs(path: SettingPath, setting: string, why: string) {
  return { path, rule: `needs ${setting}: ${why}`, about: "name" as const };
}
