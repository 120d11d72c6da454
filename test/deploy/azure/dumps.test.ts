import { join } from "node:path";
import { expect, test } from "vitest";
import { commands } from "../../../deploy/azure/commands.ts";
import { dumpsParameters } from "../../../deploy/azure/dumps.ts";
import type { AzureStack } from "../../../deploy/azure/stack.ts";
import { unpackConfig } from "../../../shared/config/packed-config.ts";
import { newFolder } from "../../catalog/folder.ts";
import { SUBSCRIPTION } from "./arm-functions.ts";
import { LEAST, OTHER_SUBSCRIPTION, stackOf } from "./configurations.ts";
import { templateNamed } from "./infra.ts";
import { builtInRole } from "./roles.ts";
import { evaluate, type Made } from "./template.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const DUMPS = `
catalog: { kind: azure-table, account: stillpointcatalog }
verification: { parts: { kind: blob, account: stillpointcatalog, container: parts } }
deployments:
  payments:
    components:
      ledger: { instances: ["10.0.0.1"] }
    databases:
      main:
        kind: jdbc
        engine: postgresql
        host: payments.postgres.database.azure.com
        database: ledger
        user: backup
        password: { env: DB_PASSWORD }
        dumps: { kind: blob, account: stillpointcatalog, container: dumps }
    schedule: { cron: "0 3 * * *" }
azure:
  subscription: ${SUBSCRIPTION}
  location: japaneast
  name: sp-prod
  secrets: { DB_PASSWORD: DbPassword }
  dumps:
    image: prod1.azurecr.io/stillpoint@${DIGEST}
    registry: /subscriptions/${OTHER_SUBSCRIPTION}/resourceGroups/images/providers/Microsoft.ContainerRegistry/registries/prod1
    environment: /subscriptions/${SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.App/managedEnvironments/prod
    cpu: 4
    longest: 12
`;

async function made(): Promise<{ readonly stack: AzureStack; readonly resources: readonly Made[] }> {
  const stack = await stackOf(DUMPS);
  if (stack.dumps === undefined) throw new Error("the configuration has dumps");
  const place = { kind: "group", subscription: SUBSCRIPTION, group: stack.azure.resourceGroup } as const;
  const { resources } = evaluate(templateNamed("dumps"), dumpsParameters(stack, stack.dumps), place);
  return { stack, resources };
}

const ofType = (resources: readonly Made[], type: string) => resources.filter((one) => one.type === type);

test("the job runs the image by its digest, once for each start, and no longer than is allowed", async () => {
  const { resources } = await made();
  const [job] = ofType(resources, "Microsoft.App/jobs");
  expect(job?.name).toBe("sp-prod-dumps");
  const { configuration, template, environmentId } = job?.properties ?? {};
  expect(environmentId).toMatch(/managedEnvironments\/prod$/);
  expect(configuration).toMatchObject({
    triggerType: "Manual",
    manualTriggerConfig: { parallelism: 1, replicaCompletionCount: 1 },
    replicaRetryLimit: 0,
    replicaTimeout: 43_200,
  });
  const [container] = template.containers;
  expect(container).toMatchObject({
    name: "stillpoint",
    image: `prod1.azurecr.io/stillpoint@${DIGEST}`,
    resources: { cpu: 4, memory: "8Gi" },
  });
});

test("the job is handed the configuration, and its secrets from the vault by its identity", async () => {
  const { resources, stack } = await made();
  const [job] = ofType(resources, "Microsoft.App/jobs");
  const [identity] = ofType(resources, "Microsoft.ManagedIdentity/userAssignedIdentities");
  const { configuration, template } = job?.properties ?? {};
  const env: { name: string; value?: string; secretRef?: string }[] = template.containers[0].env;
  const packed = env.find(({ name }) => name === "STILLPOINT_PACKED_CONFIG")?.value ?? "";
  expect(unpackConfig(packed, await newFolder())).toMatch(new RegExp(`${join("/", "stillpoint.yml")}$`));
  expect(env.map(({ name }) => name)).toEqual([
    "STILLPOINT_PACKED_CONFIG",
    "STILLPOINT_TASK_OF",
    "STILLPOINT_NOTICES",
    "AZURE_CLIENT_ID",
    "DB_PASSWORD",
  ]);
  expect(configuration.secrets).toEqual([
    {
      name: "vault-dbpassword",
      keyVaultUrl: `https://${stack.names.vault}.vault.azure.net/secrets/DbPassword`,
      identity: identity?.id,
    },
  ]);
  expect(env.at(-1)).toEqual({ name: "DB_PASSWORD", secretRef: "vault-dbpassword" });
  expect(env.find(({ name }) => name === "AZURE_CLIENT_ID")?.value).toBe(`client of ${identity?.id}`);
});

// Written anew by: npx vitest run test/deploy/azure/dumps.test.ts -u
test("who may do what is on a list, so that a change of it is seen", async () => {
  const { resources } = await made();
  const [own] = ofType(resources, "Microsoft.Authorization/roleDefinitions");
  const lines = ofType(resources, "Microsoft.Authorization/roleAssignments").map(
    ({ id, scope, properties: { roleDefinitionId, principalId } }) => {
      const role =
        builtInRole(roleDefinitionId) ?? (roleDefinitionId === own?.id ? "start" : roleDefinitionId);
      return `${principalId.split("/").at(-1)}: ${role}: ${scope ?? id}`;
    },
  );
  const text = [...(own?.properties.permissions[0].actions ?? []), "", ...lines, ""].join("\n");
  await expect(text).toMatchFileSnapshot("golden/dumps-access.txt");
});

test("the job waits for its identity's rights: a secret or an image that it may not have would fail it", async () => {
  const { resources } = await made();
  const [job] = ofType(resources, "Microsoft.App/jobs");
  expect(job?.dependsOn).toEqual(
    expect.arrayContaining(["access", "dumps", "secretReaders", "sp-prod-dumps-registry"]),
  );
});

test("the job is deployed once the apps are there, whose identities may start it", async () => {
  const all = commands((await made()).stack, "dist/azure");
  const at = (template: string) => all.findIndex((one) => one.includes(`infra/${template}.json`));
  expect(at("dumps")).toBeGreaterThan(at("apps"));
  expect(commands(await stackOf(LEAST), "dist/azure").join("\n")).not.toContain("infra/dumps.json");
});
