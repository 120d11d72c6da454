import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { deployable } from "../../deploy/deployable.ts";
import { loadConfig } from "../../shared/config/load-config.ts";
import { messageOf } from "../../shared/errors/stillpoint-error.ts";
import { FULL, LEAST, written } from "./configurations.ts";

const EXAMPLE = fileURLToPath(new URL("../../stillpoint.aws.example.yml", import.meta.url));

test("a configuration that functions can work with is taken, the least as well as the fullest", async () => {
  for (const text of [LEAST, FULL]) expect(await problemsOf(text)).toEqual([]);
});

test("the example for AWS can be deployed as it is", async () => {
  expect(await problemsOf(await readFile(EXAMPLE, "utf8"))).toEqual([]);
});

test("a configuration that says nothing of AWS is refused", async () => {
  expect(await problemsOf(LEAST.replace(/aws: .*/, ""))).toEqual([
    'aws is missing: it says where the functions run, see "stillpoint.aws.example.yml"',
  ]);
});

test("everything that functions could not work with is named at once", async () => {
  const text = `
catalog: { kind: file, path: ./catalog }
deployments:
  payments:
    components:
      ledger:
        instances: { kubernetes: { release: ledger } }
        tls: { ca: { file: ../ca.pem }, certificate: { pem: "-----BEGIN CERTIFICATE-----" }, key: { file: client.key } }
      auditor:
        instances: { kubernetes: { release: auditor, access: in-cluster } }
    databases:
      main: { kind: dynamodb, region: eu-west-1, profile: prod }
  stock:
    components:
      scalardb-cluster:
        instances:
          kubernetes:
            release: stock
            access: { endpoint: "https://10.0.0.1", ca: { file: missing.pem }, token: { env: TOKEN } }
    databases:
      main: { kind: dynamodb, region: us-east-1 }
aws:
  region: eu-west-1
  vpc: { subnets: [subnet-1], securityGroups: [sg-1], endpoints: { vpc: vpc-1, routeTables: [rtb-1] } }
  requesters: ["arn:aws:sts::123456789012:assumed-role/ops/alice"]
  approvers: ["arn:aws:iam::123456789012:role/*"]
  alarmTopic: arn:aws:sns:us-east-1:123456789012:on-call
`;
  const problems = (await problemsOf(text)).map((problem) =>
    problem.replace(/\(it is "\/.*"\)/, "(it is a path)"),
  );
  expect(problems).toEqual([
    'catalog.kind must be "dynamodb": functions share no folder (it is "file")',
    'verification.parts.kind must be "s3": one invocation writes what another reads',
    'aws.requesters[0] must be the ARN of an IAM role or user, without wildcards; of a session, the ARN of its role (it is "arn:aws:sts::123456789012:assumed-role/ops/alice")',
    'aws.approvers[0] must be the ARN of an IAM role or user, without wildcards; of a session, the ARN of its role (it is "arn:aws:iam::123456789012:role/*")',
    'aws.alarmTopic must be in "eu-west-1", as the alarms are (it is "arn:aws:sns:us-east-1:123456789012:on-call")',
    "deployments.payments.components.ledger.tls.key must be { env: NAME }, with NAME in aws.secrets: a private key does not belong into a package",
    "deployments.payments.components.ledger.instances.kubernetes.access must be an endpoint and ca, with eks or a token: a function has no kubeconfig",
    "deployments.payments.components.auditor.instances.kubernetes.access must be an endpoint and ca, with eks or a token: a function has no pod",
    'deployments.payments.databases.main.profile must be left out: a function has the credentials of its role (it is "prod")',
    'deployments.stock.components.scalardb-cluster.instances.kubernetes.access.token.env must be in aws.secrets, which says the parameter that holds it (it is "TOKEN")',
    'deployments.stock.databases.main.region must be "eu-west-1", or aws.vpc.endpoints left out: endpoints reach no other region (it is "us-east-1")',
    "deployments.payments.components.ledger.tls.ca.file must be below the folder of the configuration, to be packaged with it (it is a path)",
    "deployments.stock.components.scalardb-cluster.instances.kubernetes.access.ca.file must be readable: ENOENT (it is a path)",
  ]);
});

test("a catalog that the restore might take for a table of a deployment is refused", async () => {
  const dotted = LEAST.replace("table: stillpoint-catalog", "table: stillpoint.catalog");
  expect(await problemsOf(dotted)).toEqual([
    "catalog.table must not look like a table of deployments.payments.databases.main: the restore may delete those",
  ]);
});

test("parts are kept where the bucket can be deployed", async () => {
  const far = LEAST.replace(
    "bucket: stillpoint-parts, region: eu-west-1",
    "bucket: stillpoint-parts, region: us-east-1",
  );
  expect(await problemsOf(far)).toEqual([
    'verification.parts.region must be "eu-west-1", as aws.region: the bucket is deployed with the functions (it is "us-east-1")',
  ]);
});

test("a name that is too long for a schedule is refused", async () => {
  const name = "a".repeat(58);
  const long = LEAST.replace("payments:", `${name}:\n    schedule: { cron: "0 3 * * *" }`);
  expect(await problemsOf(long)).toEqual([
    `deployments.${name} must have a name of at most 57 characters, since its schedule bears it`,
  ]);
});

async function problemsOf(text: string): Promise<readonly string[]> {
  const path = await written(text);
  try {
    deployable(loadConfig(path, {}));
    return [];
  } catch (error) {
    const [head = "", ...problems] = messageOf(error).split("\n  ");
    expect(head).toMatch(/^cannot deploy configuration ".*": \d+ problems?; nothing was built or deployed$/);
    return problems;
  }
}
