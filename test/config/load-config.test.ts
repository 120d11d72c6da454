import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { dynamodbsOf } from "../../shared/config/databases-of.ts";
import { deploymentNamed, loadConfig } from "../../shared/config/load-config.ts";
import { deploymentWith, fileWith, LEAST, problemsOf } from "./files.ts";

const EXAMPLE = fileURLToPath(new URL("../../stillpoint.example.yml", import.meta.url));

describe("a configuration", () => {
  test("needs to say no more than where the instances and the tables are", async () => {
    const path = await fileWith(LEAST);
    expect(loadConfig(path, {})).toEqual({
      path,
      catalog: { kind: "file", path: join(dirname(path), "stillpoint-catalog") },
      deployments: [
        {
          name: "payments",
          product: "scalardl",
          components: [
            {
              name: "ledger",
              kind: "ledger",
              instances: { kind: "list", addresses: [{ host: "10.0.0.1", port: 50053 }] },
              paused: true,
            },
          ],
          pause: {
            holdMs: "auto",
            drainWaitMs: 30_000,
            longestMs: 60_000,
            clockAllowanceMs: 250,
            scalarClockBoundMs: 1_000,
            isScalarClockBoundDefault: true,
            rpcDeadlineMs: 5_000,
          },
          databases: [
            {
              name: "main",
              kind: "dynamodb",
              region: "ap-northeast-1",
              prefix: "",
              metadataNamespace: "scalardb",
              coordinatorNamespace: "coordinator",
              ledgerNamespace: "scalar",
              globalTables: "refuse",
              keepBackupsMs: "forever",
              backupDoubtMs: 65_000,
            },
          ],
          approvalWithinMs: 86_400_000,
          verification: { parts: { kind: "folder" } },
        },
      ],
      verification: { parts: { kind: "folder" } },
    });
  });

  test("names the table of a catalog in DynamoDB", async () => {
    const least = await fileWith(`${LEAST}catalog: { kind: dynamodb, region: eu-west-1 }\n`);
    expect(loadConfig(least, {}).catalog).toEqual({
      kind: "dynamodb",
      table: "stillpoint-catalog",
      region: "eu-west-1",
    });
    const all = "{ kind: dynamodb, region: r, table: mine, endpoint: http://127.0.0.1:8000, profile: ops }";
    expect(loadConfig(await fileWith(`${LEAST}catalog: ${all}\n`), {}).catalog).toEqual({
      kind: "dynamodb",
      table: "mine",
      region: "r",
      endpoint: "http://127.0.0.1:8000",
      profile: "ops",
    });
  });

  test("takes a catalog in an Azure table, as the identity of the process or by a key that is a reference", async () => {
    const least = await fileWith(`${LEAST}catalog: { kind: azure-table, account: ops }\n`);
    expect(loadConfig(least, {}).catalog).toEqual({
      kind: "azure-table",
      account: "ops",
      table: "stillpoint",
    });
    const all =
      "{ kind: azure-table, account: ops, table: mine, endpoint: http://127.0.0.1:10002/ops, key: { env: KEY } }";
    const keyed = `${LEAST}catalog: ${all}\n`;
    expect(loadConfig(await fileWith(keyed), {}).catalog).toEqual({
      kind: "azure-table",
      account: "ops",
      table: "mine",
      endpoint: "http://127.0.0.1:10002/ops",
      key: { env: "KEY" },
    });
    expect(await problemsOf(keyed)).toEqual([
      expect.stringContaining('catalog.key.env must name an environment variable that is set (it is "KEY")'),
    ]);
  });

  test("says once for all deployments where the parts of verifications are kept", async () => {
    const inFolder = await fileWith(`${LEAST}verification: { parts: { kind: folder, path: parts } }\n`);
    expect(loadConfig(inFolder, {}).deployments[0]?.verification).toEqual({
      parts: { kind: "folder", path: join(dirname(inFolder), "parts") },
    });
    const inBucket = await fileWith(
      `${LEAST}verification: { parts: { kind: s3, bucket: parts, region: eu-west-1, profile: backup } }\n`,
    );
    expect(loadConfig(inBucket, {}).deployments[0]?.verification).toEqual({
      parts: {
        kind: "s3",
        bucket: "parts",
        region: "eu-west-1",
        prefix: "stillpoint/",
        profile: "backup",
      },
    });
  });

  test("takes a container of a storage account for the parts of verifications", async () => {
    const parts = "{ kind: blob, account: ops, container: parts, key: { env: KEY } }";
    const text = `${LEAST}verification: { parts: ${parts} }\n`;
    expect(loadConfig(await fileWith(text), {}).verification).toEqual({
      parts: {
        kind: "blob",
        account: "ops",
        container: "parts",
        prefix: "stillpoint/",
        key: { env: "KEY" },
      },
    });
    expect(await problemsOf(text)).toEqual([
      expect.stringContaining("verification.parts.key.env must name an environment variable that is set"),
    ]);
    const wrong = "{ kind: blob, account: ops, container: a--b, endpoint: http://10.0.0.1/ops }";
    expect(await problemsOf(`${LEAST}verification: { parts: ${wrong} }\n`)).toEqual([
      expect.stringContaining("verification.parts.container must be the name of a container"),
      expect.stringContaining("verification.parts.endpoint must begin with https"),
    ]);
  });

  test("tells what is wrong with the place of parts, and a prefix that would take in its neighbours", async () => {
    const parts = "{ kind: s3, bucket: B, region: eu-west-1, prefix: parts }";
    expect(await problemsOf(`${LEAST}verification: { parts: ${parts} }\n`)).toEqual([
      expect.stringContaining(
        'verification.parts.bucket must be the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens (it is "B")',
      ),
      expect.stringContaining('verification.parts.prefix must be empty or end with "/" (it is "parts")'),
    ]);
    expect(await problemsOf(`${LEAST}verification: { parts: { kind: disk } }\n`)).toEqual([
      expect.stringContaining("verification.parts"),
    ]);
  });

  test("finds instances by an SRV name in one setting", async () => {
    const name = "_scalardl-admin._tcp.ledger-headless.default.svc.cluster.local";
    const path = await fileWith(deploymentWith(`components: { ledger: { instances: { srv: ${name} } } }`));
    expect(loadConfig(path, {}).deployments[0]?.components[0]).toEqual({
      name: "ledger",
      kind: "ledger",
      instances: { kind: "srv", name },
      paused: true,
    });
  });

  test("says how long backups are kept, and where Lambda and CloudWatch are if not at the endpoint", async () => {
    const more = "keepBackups: 90d, globalTables: accept, lambdaEndpoint: http://lambda";
    const database = `{ kind: dynamodb, region: r, endpoint: http://here, ${more} }`;
    const path = await fileWith(deploymentWith(`databases: { main: ${database} }`));
    expect(loadConfig(path, {}).deployments[0]?.databases[0]).toMatchObject({
      keepBackupsMs: 90 * 86_400_000,
      globalTables: "accept",
      autoScalingEndpoint: "http://here",
      lambdaEndpoint: "http://lambda",
      cloudwatchEndpoint: "http://here",
    });
  });

  test("is frozen to its last list", async () => {
    const config = loadConfig(await fileWith(LEAST), {});
    const [deployment] = config.deployments;
    for (const part of [
      config,
      config.catalog,
      config.deployments,
      deployment,
      deployment?.pause,
      deployment?.components[0]?.instances,
    ])
      expect(Object.isFrozen(part)).toBe(true);
  });

  test("leaves an Auditor running unless told otherwise", async () => {
    const auditor = (more: string) =>
      `components: { ledger: { instances: [a] }, auditor: { instances: [b, "[::1]", "[::2]:9"]${more} } }`;
    const one = loadConfig(await fileWith(deploymentWith(auditor(""))), {}).deployments[0]?.components[1];
    expect(one).toMatchObject({ kind: "auditor", paused: false });
    expect(one?.instances).toMatchObject({
      addresses: [{ port: 40053 }, { host: "::1", port: 40053 }, { host: "::2", port: 9 }],
    });
    const other = loadConfig(await fileWith(deploymentWith(auditor(", paused: true"))), {}).deployments[0];
    expect(other?.components[1]?.paused).toBe(true);
  });

  test("tells ScalarDB from ScalarDL by its components", async () => {
    const path = await fileWith(deploymentWith("components: { scalardb-server: { instances: [a] } }"));
    const [deployment] = loadConfig(path, {}).deployments;
    expect(deployment?.product).toBe("scalardb");
    expect(deployment?.databases[0]).not.toHaveProperty("ledgerNamespace");
    expect(deployment?.components[0]?.instances).toMatchObject({ addresses: [{ port: 60051 }] });
  });

  test("keeps a reference to a private key, and never the key", async () => {
    const tls = "{ certificate: { file: client.pem }, key: { env: CLIENT_KEY } }";
    const path = await fileWith(deploymentWith(`components: { ledger: { instances: [a], tls: ${tls} } }`));
    const config = loadConfig(path, { CLIENT_KEY: "-----BEGIN PRIVATE KEY-----secret" });
    expect(config.deployments[0]?.components[0]?.tls).toEqual({
      client: { certificate: { file: join(dirname(path), "client.pem") }, key: { env: "CLIENT_KEY" } },
    });
    expect(JSON.stringify(config)).not.toContain("secret");
  });

  test("may share a section between deployments with an anchor", async () => {
    const path = await fileWith(`deployments:
  a: &usual
    components: { ledger: { instances: [a] } }
    databases: { main: { kind: dynamodb, region: eu-west-1 } }
  b:
    <<: *usual
    components: { ledger: { instances: [b] } }
`);
    expect(
      loadConfig(path, {})
        .deployments.flatMap(dynamodbsOf)
        .map(({ region }) => region),
    ).toEqual(["eu-west-1", "eu-west-1"]);
  });

  test("is found by the environment where no path is given", async () => {
    const path = await fileWith(LEAST);
    expect(loadConfig(undefined, { STILLPOINT_CONFIG: path }).path).toBe(path);
  });

  test("that is the example can be used", () => {
    const config = loadConfig(EXAMPLE, {});
    expect(config.deployments.map(({ name }) => name)).toEqual([
      "payments",
      "stock",
      "accounts",
      "bonds",
      "shares",
      "notes",
      "orders",
    ]);
    expect(config.deployments.at(-1)).toMatchObject({
      objectiveMs: 26 * 3_600_000,
      schedule: { cron: "0 3 * * *", timezone: "Asia/Tokyo" },
      databases: [{ prefix: "prod_" }],
    });
  });

  test("finds a deployment by name, or tells which there are", () => {
    const config = loadConfig(EXAMPLE, {});
    expect(deploymentNamed(config, "orders").name).toBe("orders");
    expect(() => deploymentNamed(config, "order")).toThrow(
      expect.objectContaining({
        code: "DEPLOYMENT_UNKNOWN",
        message: `cannot find deployment "order" in "${EXAMPLE}", which has "payments", "stock", "accounts", "bonds", "shares", "notes", "orders"; did you mean "orders"? nothing was done`,
      }),
    );
  });
});

describe("a file that cannot be read", () => {
  const refused = (path: string) => {
    try {
      loadConfig(path, {});
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test("because it is missing is named with the path that was tried", () => {
    expect(refused("/nowhere/stillpoint.yml")).toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining(
        '"/nowhere/stillpoint.yml": there is no such file; begin with: cp stillpoint.example.yml',
      ),
    });
  });

  test("because it is a folder, endless, not text or far too long is named as such", async () => {
    const folder = dirname(await fileWith(""));
    await mkdir(join(folder, "folder.yml"));
    await symlink("itself.yml", join(folder, "itself.yml"));
    expect(refused(join(folder, "folder.yml"))).toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/EISDIR/),
    });
    expect(refused(join(folder, "itself.yml"))).toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/ELOOP/),
    });
    expect(refused(await fileWith(Buffer.from([0x66, 0xff, 0xfe])))).toMatchObject({
      code: "CONFIG_INVALID",
    });
    expect(refused(await fileWith(`# ${"x".repeat(1_000_000)}`))).toMatchObject({
      message: expect.stringMatching(/larger than 1000000 bytes/),
    });
  });

  test("lists every problem in one error", async () => {
    const path = await fileWith("catalog: 5\ndeployments: {}\n");
    expect(refused(path)).toMatchObject({
      code: "CONFIG_INVALID",
      message: [
        `cannot use configuration "${path}": 2 problems; nothing was done`,
        `  ${path}:1:10 catalog must be a section with settings of its own (it is 5)`,
        `  ${path}:2:14 deployments must name at least one deployment`,
      ].join("\n"),
    });
  });
});

describe("YAML", () => {
  test("that is broken is reported with line and column", async () => {
    const [problem] = await problemsOf("deployments:\n  a: [\n");
    expect(problem).toMatch(/^:3:1 the file cannot be read as YAML: /);
    expect(await problemsOf("a: 1\n\tb: 2\n")).not.toEqual([]);
    expect(await problemsOf("a: *nowhere\n")).not.toEqual([]);
    expect(await problemsOf("--- {}\n--- {}\n")).not.toEqual([]);
  });

  test("that names a setting twice is reported together with all other problems", async () => {
    const problems = await problemsOf(`${LEAST}catalog: {}\ncatalog: { knd: file }\n`);
    expect(problems).toEqual([
      ':9:1 the file names "catalog" twice in one section',
      expect.stringContaining(':9:12 catalog.knd is no setting here; did you mean "kind"?'),
    ]);
  });

  test("that is empty is said to be empty", async () => {
    for (const text of ["", "\n# nothing\n", "---\n"])
      expect(await problemsOf(text)).toEqual([expect.stringContaining("the file is empty")]);
  });

  test("that repeats a section leads to the line where the mistake was written", async () => {
    const section =
      "components: { ledger: { instances: [a] } }\n    databases: { main: { kind: dynamodb, region: r } }";
    const merged = `deployments:\n  a: &usual\n    ${section}\n    objective: 26\n  b:\n    <<: *usual\n    components: { ledger: { instances: [b] } }\n`;
    const rule = expect.stringContaining("bare number");
    const problems = await problemsOf(merged);
    expect(problems).toEqual([rule, rule]);
    expect(problems.map((problem) => problem.split(" ").slice(0, 2))).toEqual([
      [":5:16", "deployments.a.objective"],
      [":5:16", "deployments.b.objective"],
    ]);
    const aliased = `deployments:\n  a: &usual\n    ${section}\n    objective: 26\n  b: *usual\n`;
    expect(await problemsOf(aliased)).toContainEqual(
      expect.stringMatching(/^:5:16 deployments\.b\.objective/),
    );
  });

  test("that grows without end is refused", async () => {
    const bomb = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`);
    expect(await problemsOf(["a0: &a0 [x]", ...bomb].join("\n"))).toEqual([expect.stringContaining("alias")]);
  });
});
