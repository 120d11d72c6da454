import { describe, expect, test } from "vitest";
import { checkConfig } from "../../shared/config/load-config.ts";
import { fileWith, problemsOf } from "./files.ts";

const BUCKET = "bucket: { name: ledger-cassy, region: eu-west-1 }";
const CASSY = `cassy: { host: 10.0.1.254, cassandraHost: 10.0.1.1, ${BUCKET} }`;
const BY_ENV = "user: stillpoint, password: { env: DB }";

const withDatabases = (databases: string) => `
deployments:
  payments:
    components: { ledger: { instances: ["10.0.0.1"] } }
    databases: { ${databases} }
`;
const main = (settings: string) =>
  withDatabases(`main: { kind: cassandra, contactPoints: ["10.0.1.1"], ${settings} }`);

describe("a cluster", () => {
  test("has ports, a mode and a limit that need not be named", async () => {
    expect(checkConfig(await fileWith(main(CASSY)), {})).toMatchObject({
      kind: "usable",
      config: {
        deployments: [
          {
            databases: [
              {
                contactPoints: ["10.0.1.1"],
                port: 9042,
                coordinatorNamespace: "coordinator",
                ledgerNamespace: "scalar",
                tls: {},
                cassy: {
                  host: "10.0.1.254",
                  port: 20051,
                  mode: "guarded",
                  bucket: { name: "ledger-cassy", region: "eu-west-1" },
                  uploadLimitMs: 43_200_000,
                },
              },
            ],
          },
        ],
      },
    });
  });

  test("may have no Cassy, and be read only", async () => {
    expect(checkConfig(await fileWith(main("tls: off")), {})).toMatchObject({ kind: "usable" });
  });

  test("is asked by a user with a password, or by nobody in particular", async () => {
    expect(await problemsOf(main("user: stillpoint"))).toEqual([
      expect.stringContaining('main.password is missing: user "stillpoint" needs one'),
    ]);
    expect(await problemsOf(main("password: { env: DB }"), { DB: "secret" })).toEqual([
      expect.stringContaining("main.user is missing: a password belongs to a user"),
    ]);
  });

  test("whose Cassy pauses by itself is alone", async () => {
    const of = (name: string, mode: string) =>
      `${name}: { kind: cassandra, contactPoints: [${name}], ${CASSY.replace("cassy: {", `cassy: { mode: ${mode},`)} }`;
    expect(await problemsOf(withDatabases(`a: { kind: cassandra }, ${of("b", "cassy")}`))).toContainEqual(
      expect.stringContaining(
        'databases.b.cassy.mode must be "guarded": one Cassy cannot pause for several clusters',
      ),
    );
    expect(await problemsOf(withDatabases(of("a", "cassy")))).toEqual([]);
    expect(await problemsOf(withDatabases(`${of("a", "guarded")}, ${of("b", "guarded")}`))).toEqual([]);
  });

  test("is named once, in whatever order its nodes are", async () => {
    const of = (name: string, nodes: string) => `${name}: { kind: cassandra, contactPoints: [${nodes}] }`;
    expect(await problemsOf(withDatabases(`${of("a", "n1, N2")}, ${of("b", "n2, n1")}`))).toEqual([
      expect.stringContaining('databases.b must not hold the same tables as database "a"'),
    ]);
  });
});

describe("on AWS", () => {
  const VPC = "vpc: { subnets: [subnet-1a], securityGroups: [sg-1a] }";
  const config = (settings: string, aws = `${VPC}, secrets: { DB: /db }`) => `
catalog: { kind: dynamodb, table: stillpoint-catalog, region: eu-west-1 }
verification: { parts: { kind: s3, bucket: parts, region: eu-west-1 } }
${main(settings)}
aws: { region: eu-west-1, ${aws} }
`;

  test("a cluster with Cassy can be backed up by functions", async () => {
    const file = await fileWith(config(`${BY_ENV}, ${CASSY}`));
    expect(checkConfig(file, { DB: "secret" })).toMatchObject({ kind: "usable" });
  });

  test("all that functions could not work with is told at once", async () => {
    const endpoints = VPC.replace("] }", "], endpoints: { vpc: vpc-1a, routeTables: [rtb-1a] } }");
    const cassy = CASSY.replace("eu-west-1", "us-east-1, profile: prod");
    const problems = await problemsOf(
      config(`user: stillpoint, password: { file: db.txt }, ${cassy}`, endpoints),
    );
    const rules = [
      "main.password must be { env: NAME }, with NAME in aws.secrets: a password does not belong into a package",
      'main.cassy.bucket.profile must be left out: a function has the credentials of its role (it is "prod")',
      'main.cassy.bucket.region must be "eu-west-1", or aws.vpc.endpoints left out: endpoints reach no other region',
    ];
    for (const rule of rules) expect(problems).toContainEqual(expect.stringContaining(rule));
  });

  test("a cluster needs a network to be reached in, and Cassy", async () => {
    expect(await problemsOf(config("tls: off", "bus: stillpoint"))).toEqual([
      expect.stringContaining("databases.main needs aws.vpc: nodes and Cassy are reached from their network"),
      expect.stringContaining("databases.main needs cassy: without it a backup is taken by a command only"),
    ]);
  });
});

describe("on Azure", () => {
  const config = (secrets: string) => `
catalog: { kind: azure-table, account: ops1 }
verification: { parts: { kind: blob, account: ops1, container: parts } }
${main(`${BY_ENV}, ${CASSY}`)}
azure:
  subscription: 11111111-1111-1111-1111-111111111111
  resourceGroup: ops
  location: japaneast
  secrets: ${secrets}
`;

  test("the keys of the bucket that Cassy uploads to come from the secrets", async () => {
    expect(await problemsOf(config("{ DB: db }"), { DB: "secret" })).toContainEqual(
      expect.stringContaining(
        "main.cassy.bucket needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in azure.secrets",
      ),
    );
    const all = "{ DB: db, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key }";
    expect(await problemsOf(config(all), { DB: "secret" })).not.toContainEqual(
      expect.stringContaining("cassy"),
    );
  });
});

describe("a deployment whose backups are taken by a command", () => {
  const SCHEDULE = "schedule: { cron: 0 3 * * * }";
  const bare = (settings = "") => `
deployments:
  payments:
    components: { ledger: { instances: ["10.0.0.1"] } }
    ${settings}
`;
  const AZURE = "azure: { subscription: 11111111-1111-1111-1111-111111111111, location: japaneast }\n";

  test("has no databases, and is usable", async () => {
    const check = checkConfig(await fileWith(bare()), {});
    expect(check).toMatchObject({ kind: "usable", config: { deployments: [{ databases: [] }] } });
  });

  test("is not scheduled, and no more is a cluster without Cassy", async () => {
    expect(await problemsOf(bare(SCHEDULE))).toEqual([
      expect.stringContaining("schedule needs databases: what is scheduled runs no command"),
    ]);
    expect(await problemsOf(main("tls: off").replace(/$/, `    ${SCHEDULE}\n`))).toEqual([
      expect.stringContaining("schedule needs cassy: without it a backup is taken by a command only"),
    ]);
    expect(await problemsOf(main(CASSY).replace(/$/, `    ${SCHEDULE}\n`))).toEqual([]);
    const half = `a: { kind: cassandra, contactPoints: [a], ${CASSY} }, b: { kind: cassandra, contactPoints: [b] }`;
    expect(await problemsOf(withDatabases(half).replace(/$/, `    ${SCHEDULE}\n`))).toEqual([
      expect.stringContaining("schedule needs cassy"),
    ]);
  });

  test.each([
    ["AWS", "aws: { region: eu-west-1 }\n"],
    ["Azure", AZURE],
  ])("is nothing for functions on %s", async (_, section) => {
    expect(await problemsOf(`${bare()}${section}`)).toContainEqual(
      expect.stringContaining("deployments.payments needs databases: functions run no command"),
    );
  });
});
