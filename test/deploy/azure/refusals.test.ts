import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkConfig } from "../../../shared/config/load-config.ts";
import { messageOf } from "../../../shared/errors/stillpoint-error.ts";
import { SUBSCRIPTION } from "./arm-functions.ts";
import { FULL, LEAST, stackOf } from "./configurations.ts";

const EXAMPLE = fileURLToPath(new URL("../../../stillpoint.azure.example.yml", import.meta.url));

test("a configuration that functions can work with is taken, the least as well as the fullest", async () => {
  for (const text of [LEAST, FULL]) expect(await problemsOf(text)).toEqual([]);
});

test("the example for Azure is good, and can be deployed as it is", async () => {
  expect(checkConfig(EXAMPLE, {}).kind).toBe("usable");
  expect(await problemsOf(await readFile(EXAMPLE, "utf8"))).toEqual([]);
});

test("a configuration that says nothing of Azure is refused", async () => {
  expect(await problemsOf(LEAST.replace(/azure: .*/, ""))).toEqual([
    'azure is missing: it says where the functions run, see "stillpoint.azure.example.yml"',
  ]);
});

test("everything that functions could not work with is named at once", async () => {
  const long = "a".repeat(121);
  const text = `
catalog: { kind: file, path: ./catalog }
deployments:
  payments:
    components:
      ledger:
        instances: { kubernetes: { release: ledger } }
        tls: { ca: { file: host.json }, certificate: { pem: "-----BEGIN CERTIFICATE-----" }, key: { file: client.key } }
      auditor:
        instances: { kubernetes: { release: auditor, access: in-cluster } }
    databases:
      main: { kind: dynamodb, region: eu-west-1, profile: prod }
      more: { kind: dynamodb, region: eu-west-1, prefix: more_ }
  stock:
    components:
      scalardb-cluster:
        instances:
          kubernetes:
            release: stock
            access: { endpoint: "https://10.0.0.1", ca: { file: missing.pem }, token: { env: TOKEN } }
    databases:
      main: { kind: cosmosdb, subscription: ${SUBSCRIPTION}, resourceGroup: Stillpoint, account: stock }
  ${long}:
    schedule: { cron: "0 3 * * *" }
    components:
      scalardb-cluster:
        instances:
          kubernetes:
            release: other
            access: { endpoint: "https://10.0.0.2", ca: { pem: "-----BEGIN CERTIFICATE-----" }, eks: { cluster: prod, region: eu-west-1 } }
    databases:
      main: { kind: cosmosdb, subscription: ${SUBSCRIPTION}, resourceGroup: other, account: other }
azure:
  subscription: ${SUBSCRIPTION}
  location: japaneast
  secrets: { STILLPOINT_CONFIG: other, KEY: Approval-Key }
  network:
    subnets:
      backup: /subscriptions/${SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/prod/subnets/sp_backup
      restore: /subscriptions/${SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/my_net/subnets/restore
      sweep: /subscriptions/${SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/my_net/subnets/sweep
`;
  const problems = (await problemsOf(text)).map((problem) =>
    problem.replace(/\(it is "\/.*"\)/, "(it is a path)"),
  );
  const payments = "deployments.payments.components";
  expect(problems).toEqual([
    'catalog.kind must be "azure-table": functions share no folder (it is "file")',
    'verification.parts.kind must be "blob": one invocation writes what another reads (it is "folder")',
    "azure.secrets.STILLPOINT_CONFIG must have another name: the functions are told something else by it",
    'azure.secrets.KEY must be another secret: this one is for people, and no function may read it (it is "Approval-Key")',
    "azure.network.subnets.backup must be a subnet without underscores in its name: functions cannot join others (it is a path)",
    `${payments}.ledger.tls.key must be { env: NAME }, with NAME in azure.secrets: a private key does not belong into a package`,
    `${payments}.ledger.instances.kubernetes.access must be an endpoint and ca, with a token: a function has no kubeconfig`,
    `${payments}.auditor.instances.kubernetes.access must be an endpoint and ca, with a token: a function has no pod`,
    'deployments.payments.databases.main.profile must be left out: a function has no profiles of AWS (it is "prod")',
    "deployments.payments.databases.more needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in azure.secrets: a function on Azure has no role on AWS",
    'deployments.stock.components.scalardb-cluster.instances.kubernetes.access.token.env must be in azure.secrets, which says the secret that holds it (it is "TOKEN")',
    'deployments.stock.databases.main.resourceGroup must not be azure.resourceGroup: what restores is kept apart from what is restored (it is "Stillpoint")',
    `deployments.${long}.components.scalardb-cluster.instances.kubernetes.access must be an endpoint and ca, with a token: a function on Azure has no role on AWS`,
    `deployments.${long} must have a name of at most 120 characters, since its timer bears it`,
    'deployments.payments.components.ledger.tls.ca.file must not be called "host.json", as a part of the package is (it is a path)',
    "deployments.payments.components.ledger.tls.ca.file must be readable: ENOENT (it is a path)",
    "deployments.stock.components.scalardb-cluster.instances.kubernetes.access.ca.file must be readable: ENOENT (it is a path)",
  ]);
});

test("the deployed catalog is reached as an identity, and has the parts beside it", async () => {
  const text = LEAST.replace(
    "account: stillpointcatalog }",
    "account: stillpointcatalog, key: { env: KEY } }",
  ).replace(
    "account: stillpointcatalog, container: parts",
    'account: otherparts, container: parts, endpoint: "https://otherparts.example.com"',
  );
  expect(await problemsOf(text)).toEqual([
    "catalog.key must be left out: a function has its identity",
    'verification.parts.account must be "stillpointcatalog", as catalog.account: the container is deployed in it (it is "otherparts")',
    'verification.parts.endpoint must be left out: the account is deployed with the functions (it is "https://otherparts.example.com")',
  ]);
});

test("DynamoDB can be backed up from Azure with keys that are kept as secrets", async () => {
  const text = LEAST.replace(/main: .*/, "main: { kind: dynamodb, region: eu-west-1 }").replace(
    "location: japaneast",
    "location: japaneast, secrets: { AWS_ACCESS_KEY_ID: aws-id, AWS_SECRET_ACCESS_KEY: aws-key }",
  );
  expect(await problemsOf(text)).toEqual([]);
});

async function problemsOf(text: string): Promise<readonly string[]> {
  try {
    await stackOf(text);
    return [];
  } catch (error) {
    const [head = "", ...problems] = messageOf(error).split("\n  ");
    expect(head).toMatch(/^cannot deploy configuration ".*": \d+ problems?; nothing was built or deployed$/);
    return problems;
  }
}
