import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import * as z from "zod";
import { alerts } from "../../deploy/azure/alerts.ts";
import { commands } from "../../deploy/azure/commands.ts";
import { azureStack } from "../../deploy/azure/deployable.ts";
import type { AzureStack } from "../../deploy/azure/stack.ts";
import { AzureSection } from "../../shared/config/azure-schema.ts";
import { ComponentSection } from "../../shared/config/component-schema.ts";
import { ConfigFile } from "../../shared/config/file-schema.ts";
import { loadConfig } from "../../shared/config/load-config.ts";
import { ROUTE_KEY_SECRETS } from "../../shared/config/route-keys.ts";
import { RestoreApproval, RestoreRequest, RestoreResumption } from "../../shared/restore/restore-request.ts";
import { NOTICES, OPERATOR_SOURCE, REQUESTS } from "../../shared/telemetry/event-types.ts";
import { templateNamed } from "../deploy/azure/infra.ts";
import { writtenIn } from "../deploy/configurations.ts";
import { blocks, matches, textOf, typed, typedFiles } from "./guide.ts";

const text = await textOf("azure.md");
const stack = await documentedStack();

/** As the guide's configuration makes it. */
async function documentedStack(): Promise<AzureStack> {
  const [whole = ""] = blocks(text, "yaml");
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-guide-"));
  try {
    return azureStack(loadConfig(await writtenIn(folder, whole), {}));
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("the configurations", () => {
  test("of the guide for Azure are whole, or parts of one", () => {
    const [, ...parts] = blocks(text, "yaml").map((block) => parse(block) as Record<string, object>);
    const known = z.strictObject({
      ledger: ComponentSection.optional(),
      azure: AzureSection.partial().optional(),
    });
    expect(parts).toHaveLength(3);
    for (const part of parts) known.parse(part);
  });

  test("of the CronJob on AKS is whole", async () => {
    const parsed = blocks(await textOf("kubernetes.md"), "yaml").map((block) => parse(block) as object);
    const configurations = parsed.filter((block) => "deployments" in block);
    expect(configurations).toHaveLength(1);
    for (const configuration of configurations) ConfigFile.parse(configuration);
  });
});

test("the job that follows points is the backup's but for what it does and needs", async () => {
  const jobIn = async (file: string) => {
    const documents = parseAllDocuments(await textOf(`kubernetes/${file}`)).map((each) => each.toJS());
    return documents.find(({ kind }) => kind === "CronJob").spec.jobTemplate.spec.template.spec;
  };
  const { affinity: _, terminationGracePeriodSeconds: __, ...backup } = await jobIn("cronjob.yml");
  const { containers, ...others } = await jobIn("follow.yml");
  const [{ args, resources: ___, ...container }] = containers;
  expect(args).toEqual(["follow"]);
  const [{ args: _args, resources: _resources, ...itsContainer }] = backup.containers;
  expect({ ...others, container }).toEqual({ ...backup, containers: undefined, container: itsContainer });
});

describe("what can be typed", () => {
  const event = <T extends string, D extends z.ZodType>(type: T, data: D) =>
    z.tuple([
      z.strictObject({
        specversion: z.literal("1.0"),
        id: z.string(),
        source: z.literal(OPERATOR_SOURCE),
        type: z.literal(type),
        data,
      }),
    ]);

  test("as events and over HTTP is what the functions take", () => {
    const taken = {
      "drill.json": event(REQUESTS.requested, RestoreRequest),
      "request.json": RestoreRequest,
      "approve.json": RestoreApproval,
      "resume.json": event(REQUESTS.resumed, RestoreResumption),
    };
    const files = typedFiles(text);
    expect([...files.keys()]).toEqual(Object.keys(taken));
    for (const [name, schema] of Object.entries(taken)) schema.parse(files.get(name));
  });

  test("as routes and keys is what is deployed", () => {
    const routes = new Set(matches(text, /\bapi\/([a-z]+)/g));
    expect(routes).toEqual(new Set([...Object.keys(ROUTE_KEY_SECRETS), "status"]));
    const keys = new Set(matches(text, /(?:--name |`)([a-z]+-key)\b/g));
    expect([...keys].sort()).toEqual(Object.values(ROUTE_KEY_SECRETS).sort());
  });

  test("as names is what they are made like", () => {
    const { sites, topics, vault, accounts } = stack.names;
    const made = [...Object.values(sites), ...Object.values(topics), vault, ...Object.values(accounts)];
    const [suffix = ""] = matches(vault, /-(\w+)$/g);
    const documented = new Set(made.map((name) => name.replace(suffix, "x1y2z3")));
    const named = matches(text, /(stillpoint[a-z-]*x1y2z3)/g);
    expect(named.filter((name) => !documented.has(name))).toEqual([]);
    expect(text).toContain(`\`${stack.names.workspace}\``);
  });
});

test("the steps of the deployment are those that are printed, in their order", () => {
  const [table = ""] = matches(text, /^ *\| step \| what it makes \|\n([\s\S]*?)\n\n/gm);
  const documented = matches(table, /^ *\| (`[^|]+`) \|/gm).flatMap((cell) =>
    matches(cell, /infra\/([a-z-]+)/g),
  );
  const printed = commands(stack, "dist/azure").flatMap((line) => matches(line, /infra\/([a-z-]+)/g));
  expect(documented).toEqual([...new Set(printed)]);
});

describe("the alerts", () => {
  const { azure, names, deployments } = stack;
  const all = alerts(azure, names, deployments);
  /** Without the deployment or the app that it is of. */
  const kindOf = (name: string) => name.replace(/-.*$/, "");
  const [section = ""] = matches(text, /\n## What to do for each alert\n([\s\S]*?)\n## /g);

  test("each have a section that says what to do", () => {
    const kinds = new Set([...all.map(({ name }) => kindOf(name)), "DeadLetters"]);
    expect(new Set(matches(section, /^### (.+)$/gm))).toEqual(kinds);
    expect(JSON.stringify(templateNamed("alerts"))).toContain("{0}-DeadLetters");
    for (const name of matches(text, /`stillpoint-([A-Z]\w+-\w+)`/g))
      expect(all.map((one) => one.name)).toContain(name);
  });

  test("are as many as the costs say", () => {
    const ofOne = all.filter(({ name }) => name.endsWith("-payments")).length;
    expect(text).toContain(`| ${all.length - ofOne} for all and ${ofOne} for each deployment;`);
    const price = all.reduce((sum, { every }) => sum + (every === "PT1M" ? 3 : 1.5), 0);
    expect(text).toContain(`(\`StillPaused\`) $3 | $${price} |`);
  });
});

test("the notices are all that there are", () => {
  const [told = ""] = matches(text, /\*\*Who is told\.\*\*([\s\S]*?)A subscription/g);
  expect(matches(told, /`(stillpoint\.[\w.-]+)`/g).sort()).toEqual(Object.values(NOTICES).sort());
});

test("the actions of the roles are those of the templates", async () => {
  const [section = ""] = matches(text, /\*\*The roles at the subscription\*\*([\s\S]*?)\*\*People/g);
  const documented = blocks(section, "text").map((block) => block.split("\n"));
  const inTemplates = await Promise.all(["backup-role", "restore-role"].map(actionsIn));
  expect(documented).toEqual(inTemplates.flat());
});

async function actionsIn(template: string): Promise<readonly (readonly string[])[]> {
  const { resources } = JSON.parse(
    await readFile(new URL(`../../infra/${template}.json`, import.meta.url), "utf8"),
  ) as {
    resources: { type: string; properties: { permissions: [{ actions: string[] }] } }[];
  };
  return resources
    .filter(({ type }) => type === "Microsoft.Authorization/roleDefinitions")
    .map(({ properties: { permissions } }) => permissions[0].actions);
}

test("every key goes to a request through a pipe, where no list of processes shows it", () => {
  const requests = typed(text).filter((line) => line.startsWith("curl "));
  expect(requests).toHaveLength(3);
  for (const request of requests)
    expect(request).toContain(`--header @<(printf 'x-functions-key: %s' "$key")`);
});
