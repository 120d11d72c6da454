import { describe, expect, test } from "vitest";
import { checkConfig } from "../../shared/config/load-config.ts";
import { fileWith, problemsOf } from "./files.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const IMAGE = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/stillpoint@${DIGEST}`;
const SUBSCRIPTION = "11111111-1111-1111-1111-111111111111";
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/ops/providers`;
const ENVIRONMENT = `${GROUP}/Microsoft.App/managedEnvironments/prod`;
const REGISTRY = `${GROUP}/Microsoft.ContainerRegistry/registries/Prod1`;

describe("on AWS", () => {
  const config = ({
    database = "password: { env: DB }, host: db.internal, dumps: { kind: s3, bucket: ledger-dumps, region: eu-west-1 }",
    aws = `vpc: { subnets: [subnet-1a], securityGroups: [sg-1a] }, secrets: { DB: /db }, dumps: { image: "${IMAGE}", task: { image: "${IMAGE}" } }`,
  }) => `
catalog: { kind: dynamodb, table: stillpoint-catalog, region: eu-west-1 }
verification: { parts: { kind: s3, bucket: parts, region: eu-west-1 } }
deployments:
  payments:
    components: { ledger: { instances: ["10.0.0.1"] } }
    databases: { main: { kind: jdbc, engine: postgresql, database: ledger, user: backup, ${database} } }
aws: { region: eu-west-1, ${aws} }
`;

  test("a server that is dumped to a bucket, by a function and a task, can be deployed", async () => {
    const check = checkConfig(await fileWith(config({})), { DB: "secret" });
    expect(check).toMatchObject({ kind: "usable" });
    const task = { image: IMAGE, cpu: 2, memory: 4 };
    expect(check.kind === "usable" && check.config.aws?.dumps).toEqual({ image: IMAGE, task });
  });

  test("all that functions and tasks could not work with is told at once", async () => {
    const database =
      "password: { file: db.txt }, host: localhost, tools: /opt/pg, dumps: { kind: folder, path: dumps }";
    const problems = await problemsOf(config({ database, aws: "bus: b" }));
    const rules = [
      ".password must be { env: NAME }, with NAME in aws.secrets: a password does not belong into a package",
      '.dumps.kind must be "s3": what takes a dump there has no other place to keep it',
      ".tools must be left out: the image has its own",
      ".host must be a server that can be reached from there",
      "databases.main needs aws.dumps: the tools that take and load dumps come in an image",
      "databases.main needs aws.vpc: a server is reached from a network",
    ];
    for (const rule of rules) expect(problems).toContainEqual(expect.stringContaining(rule));
  });

  test.each([
    [`dumps: { image: "${IMAGE.replace(/@.*/, ":latest")}" }`, "dumps.image must be an image of Amazon ECR"],
    ["dumps: {}", "dumps must have an image, a task, or both"],
    [
      `dumps: { image: "${IMAGE.replace("eu-west-1", "us-east-1")}" }`,
      'dumps.image must be in "eu-west-1", as what runs it is',
    ],
    [
      `dumps: { task: { image: "${IMAGE}", cpu: 8, memory: 18 } }`,
      "dumps.task.memory must be from 16 to 60 in steps of 4, with 8 processors",
    ],
    [`dumps: { task: { image: "${IMAGE}", cpu: 3 } }`, 'dumps.task.cpu must be "1", or "2"'],
    [`dumps: { task: { image: "${IMAGE}", storage: 20 } }`, "dumps.task.storage must be from 21 to 200"],
  ])("%s is refused", async (setting, problem) => {
    const problems = await problemsOf(config({ aws: setting }), { DB: "secret" });
    expect(problems.join("\n")).toContain(`aws.${problem}`);
  });
});

describe("on Azure", () => {
  const config = ({
    database = "password: { env: DB }, host: db.internal, dumps: { kind: blob, account: ops1, container: dumps }",
    azure = `secrets: { DB: db }, dumps: { image: "prod1.azurecr.io/stillpoint@${DIGEST}", registry: "${REGISTRY}", environment: "${ENVIRONMENT}" }`,
  }) => `
catalog: { kind: azure-table, account: ops1 }
verification: { parts: { kind: blob, account: ops1, container: parts } }
deployments:
  payments:
    components: { ledger: { instances: ["10.0.0.1"] } }
    databases: { main: { kind: jdbc, engine: mysql, user: backup, ${database} } }
azure: { subscription: ${SUBSCRIPTION}, location: japaneast, ${azure} }
`;

  test("a server that is dumped to a container by a job can be deployed", async () => {
    const check = checkConfig(await fileWith(config({})), { DB: "secret" });
    expect(check).toMatchObject({ kind: "usable" });
    expect(check.kind === "usable" && check.config.azure?.dumps).toMatchObject({ cpu: 2, longest: 24 });
  });

  test("all that functions and jobs could not work with is told at once", async () => {
    const database =
      'password: { env: DB }, host: 127.0.0.1, dumps: { kind: blob, account: other, container: dumps, endpoint: "https://b", key: { env: K } }';
    const problems = await problemsOf(config({ database, azure: "name: still" }), { DB: "secret", K: "key" });
    const rules = [
      ".password.env must be in azure.secrets",
      ".host must be a server that can be reached from there",
      "databases.main needs azure.dumps",
      '.dumps.account must be "ops1", as catalog.account: the container is deployed in it',
      ".dumps.key must be left out: a job has its identity",
      ".dumps.endpoint must be left out: the account is deployed with the job",
    ];
    for (const rule of rules) expect(problems).toContainEqual(expect.stringContaining(rule));
  });

  test("an image of another registry is refused: the job may not pull it", async () => {
    const azure = `dumps: { image: "other.azurecr.io/stillpoint@${DIGEST}", registry: "${REGISTRY}", environment: "${ENVIRONMENT}" }`;
    expect(await problemsOf(config({ azure }), { DB: "secret" })).toContainEqual(
      expect.stringContaining(
        'azure.dumps.image must begin with "prod1.azurecr.io/", as azure.dumps.registry says',
      ),
    );
  });
});
