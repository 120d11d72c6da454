import { describe, expect, test } from "vitest";
import { checkConfig } from "../../shared/config/load-config.ts";
import { fileWith, problemsOf } from "./files.ts";

const SUBSCRIPTION = "11111111-1111-1111-1111-111111111111";
const RDS = "service: rds, region: eu-west-1, database: ledger";
const FLEXIBLE = `service: azure-postgresql, subscription: ${SUBSCRIPTION}, resourceGroup: data, database: ledger`;
const BY_ENV = "password: { env: DB }";

const withDatabase = (database: string) => `
deployments:
  payments:
    components: { ledger: { instances: ["10.0.0.1"] } }
    databases: { main: { kind: managed, server: ledger, user: stillpoint, ${database} } }
`;

describe("on AWS", () => {
  const VPC = "vpc: { subnets: [subnet-1a], securityGroups: [sg-1a] }, secrets: { DB: /db }";
  const config = (database: string, aws = VPC) => `
catalog: { kind: dynamodb, table: stillpoint-catalog, region: eu-west-1 }
verification: { parts: { kind: s3, bucket: parts, region: eu-west-1 } }
${withDatabase(database)}
aws: { region: eu-west-1, ${aws} }
`;

  test.each(["rds", "aurora"])("a server of %s can be backed up by functions", async (service) => {
    const database = `${RDS.replace("rds", service)}, ${BY_ENV}`;
    expect(checkConfig(await fileWith(config(database)), { DB: "secret" })).toMatchObject({ kind: "usable" });
  });

  test("all that functions could not work with is told at once", async () => {
    const endpoints =
      "vpc: { subnets: [subnet-1a], securityGroups: [sg-1a], endpoints: { vpc: vpc-1a, routeTables: [rtb-1a] } }";
    const database = `${RDS.replace("eu-west-1", "us-east-1")}, profile: prod, password: { file: db.txt }`;
    const problems = await problemsOf(config(database, endpoints));
    const rules = [
      ".password must be { env: NAME }, with NAME in aws.secrets: a password does not belong into a package",
      '.profile must be left out: a function has the credentials of its role (it is "prod")',
      '.region must be "eu-west-1", or aws.vpc.endpoints left out: endpoints reach no other region',
    ];
    for (const rule of rules) expect(problems).toContainEqual(expect.stringContaining(rule));
    expect(await problemsOf(config(`${RDS}, ${BY_ENV}`, "secrets: { DB: /db }"), { DB: "secret" })).toEqual([
      expect.stringContaining("databases.main needs aws.vpc: the rows of a server are read from its network"),
    ]);
  });

  test("a server of Azure is refused, with the reason", async () => {
    expect(await problemsOf(config(`${FLEXIBLE}, ${BY_ENV}`), { DB: "secret" })).toEqual([
      expect.stringContaining(
        '.service must be "rds" or "aurora": functions on AWS have no identity on Azure (it is "azure-postgresql")',
      ),
    ]);
  });
});

describe("on Azure", () => {
  const config = (database: string, secrets = "{ DB: db }") => `
catalog: { kind: azure-table, account: ops1 }
verification: { parts: { kind: blob, account: ops1, container: parts } }
${withDatabase(database)}
azure: { subscription: ${SUBSCRIPTION}, location: japaneast, secrets: ${secrets} }
`;

  test("a server of AWS is refused, with the reason", async () => {
    expect(await problemsOf(config(`${RDS}, ${BY_ENV}`), { DB: "secret" })).toEqual([
      expect.stringContaining(
        '.service must be "azure-postgresql" or "azure-mysql": functions on Azure have no role on AWS (it is "rds")',
      ),
    ]);
  });

  test("a flexible server's password comes from the functions' own secrets", async () => {
    const database = `${FLEXIBLE}, ${BY_ENV}`;
    expect(await problemsOf(config(database), { DB: "secret" })).toEqual([]);
    expect(await problemsOf(config(database, "{}"), { DB: "secret" })).toEqual([
      expect.stringContaining(".password.env must be in azure.secrets, which says the secret that holds it"),
    ]);
  });
});
