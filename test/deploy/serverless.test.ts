import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isKubernetes } from "../../deploy/bundles.ts";
import { FUNCTION_NAMES, type FunctionName } from "../../deploy/function-names.ts";
import { functionId, roleId } from "../../deploy/logical-ids.ts";
import { resources } from "../../deploy/stack.ts";
import { FULL, LEAST, stackFrom, writtenIn } from "./configurations.ts";
import { deployed, type Packaging, packaged, type Template } from "./packaged.ts";
import { unpacked } from "./unpacked.ts";

const IN_VPC: readonly FunctionName[] = ["backup", "sweep", "restore", "status"];
const DEAD_LETTERS = { TargetArn: { "Fn::GetAtt": ["DeadLetters", "Arn"] } };
const RESTORE_ARN = {
  "Fn::Sub":
    "arn:$" +
    "{AWS::Partition}:lambda:$" +
    "{AWS::Region}:$" +
    "{AWS::AccountId}:function:stillpoint-prod-restore:durable",
};

let folder: string;
let full: Packaging;
let template: Template;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stillpoint-deploy-"));
  full = await packaged(await writtenIn(join(folder, "full"), FULL));
  expect(full.output).toContain("Service packaged");
  template = await full.template();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("serverless package", () => {
  test("makes the resources of the configuration, and nothing in their place", async () => {
    const stack = await stackFrom(join(folder, "full", "prod.yml"));
    expect(template.Resources).toMatchObject(resources(stack));
  });

  test("gives each function its role, its log with the retention wanted, and its invocations' limits", () => {
    for (const name of FUNCTION_NAMES) {
      const { Properties } = template.Resources[functionId(name)];
      expect(Properties).toMatchObject({
        FunctionName: `stillpoint-prod-${name}`,
        Role: { "Fn::GetAtt": [roleId(name), "Arn"] },
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        Handler: "index.handler",
      });
      expect(template.Resources[roleId(name).replace("Role", "LogGroup")].Properties).toEqual({
        LogGroupName: `/aws/lambda/stillpoint-prod-${name}`,
        RetentionInDays: 731,
      });
    }
    expect(template.Resources["IamRoleLambdaExecution"]).toBeUndefined();
  });

  test("keeps what was dropped, and never starts late what must not be late", () => {
    const invoked = (name: FunctionName) => {
      const { MaximumEventAgeInSeconds: age, MaximumRetryAttempts: retries } =
        template.Resources[functionId(name).replace("Function", "EvConf")]?.Properties ?? {};
      return [age, retries, template.Resources[functionId(name)].Properties.DeadLetterConfig];
    };
    expect(Object.fromEntries(FUNCTION_NAMES.map((name) => [name, invoked(name)]))).toEqual({
      backup: [60, 0, DEAD_LETTERS],
      sweep: [60, 0, undefined],
      request: [3_600, 2, DEAD_LETTERS],
      restore: [3_600, undefined, DEAD_LETTERS],
      verify: [undefined, undefined, undefined],
      status: [60, 0, undefined],
      follow: [60, 0, DEAD_LETTERS],
      expire: [60, 0, DEAD_LETTERS],
    });
  });

  test("puts into the VPC what must reach the instances, and nothing else", () => {
    for (const name of FUNCTION_NAMES)
      expect([name, template.Resources[functionId(name)].Properties.VpcConfig]).toEqual([
        name,
        IN_VPC.includes(name)
          ? { SecurityGroupIds: ["sg-0a1b2c3d"], SubnetIds: ["subnet-0a1b2c3d", "subnet-1a2b3c4d"] }
          : undefined,
      ]);
  });

  test("tells the functions their surroundings, and no secret", () => {
    const variables = (name: FunctionName) =>
      template.Resources[functionId(name)].Properties.Environment.Variables;
    const always = {
      STILLPOINT_CONFIG: "stillpoint.yml",
      STILLPOINT_BUS: "restores",
      POWERTOOLS_SERVICE_NAME: "stillpoint",
      POWERTOOLS_METRICS_NAMESPACE: "Stillpoint",
    };
    for (const name of FUNCTION_NAMES) expect(variables(name)).toMatchObject(always);
    for (const name of ["backup", "sweep", "verify", "status", "expire"] as const)
      expect(variables(name)).toEqual(always);
    expect(variables("request")).toEqual({ ...always, STILLPOINT_RESTORE_FUNCTION: RESTORE_ARN });
    const { STILLPOINT_VERIFY_FUNCTION: verify, ...others } = variables("restore");
    expect(others).toEqual({ ...always, STILLPOINT_RESTORE_FUNCTION: RESTORE_ARN });
    expect(verify["Fn::Sub"]).toMatch(/:function:stillpoint-prod-verify$/);
  });

  test("makes the restore durable, its versions kept and behind one alias", () => {
    const { Properties } = template.Resources["RestoreLambdaFunction"];
    expect(Properties.DurableConfig).toEqual({ ExecutionTimeout: 2_592_000, RetentionPeriodInDays: 30 });
    const versions = Object.values(template.Resources).filter(({ Type }) => Type === "AWS::Lambda::Version");
    expect(versions).toMatchObject([
      { DeletionPolicy: "Retain", Properties: { FunctionName: { Ref: "RestoreLambdaFunction" } } },
    ]);
    const { FunctionVersion, ...alias } = template.Resources["RestoreDurableLambdaAlias"].Properties;
    expect(alias).toEqual({ FunctionName: { Ref: "RestoreLambdaFunction" }, Name: "durable" });
    expect(FunctionVersion["Fn::GetAtt"][1]).toBe("Version");
  });

  test("opens the status to callers that IAM knows, and no other function to anybody", () => {
    const urls = Object.values(template.Resources).filter(({ Type }) => Type === "AWS::Lambda::Url");
    expect(urls.map(({ Properties }) => [Properties.TargetFunctionArn, Properties.AuthType])).toEqual([
      [{ "Fn::GetAtt": ["StatusLambdaFunction", "Arn"] }, "AWS_IAM"],
    ]);
    const permissions = Object.values(template.Resources).filter(
      ({ Type }) => Type === "AWS::Lambda::Permission",
    );
    expect(permissions.map(({ Properties }) => Properties.Principal)).toEqual(["events.amazonaws.com"]);
  });

  test("gives verification the memory and the disk that it works with", () => {
    expect(template.Resources["VerifyLambdaFunction"].Properties).toMatchObject({
      MemorySize: 3_008,
      EphemeralStorage: { Size: 10_240 },
      Timeout: 900,
    });
  });

  test("gives the sweep the time to tell of instances that say nothing, however long they are waited for", () => {
    const [longestRpcDeadlineMs, atOnceMs, catalogMs] = [60_000, 55_000, 30_000];
    // Asked whether they are paused, unpaused, and asked again; the round may begin when another has ended.
    const roundMs = atOnceMs + 3 * longestRpcDeadlineMs + catalogMs;
    const { Timeout } = template.Resources["SweepLambdaFunction"].Properties;
    expect(Timeout * 1_000).toBeGreaterThanOrEqual(roundMs);
  });

  test("does with the least configuration too", async () => {
    const least = await packaged(await writtenIn(join(folder, "least"), LEAST));
    expect(least.output).toContain("(eu-west-1)");
    const { Resources } = await least.template();
    expect(Resources).toMatchObject(resources(await stackFrom(join(folder, "least", "prod.yml"))));
    for (const name of FUNCTION_NAMES)
      expect(Resources[functionId(name)].Properties.VpcConfig).toBeUndefined();
  });

  test("says once what is wrong with a configuration, and makes nothing", async () => {
    const wrong = await packaged(await writtenIn(join(folder, "wrong"), LEAST.replace(/aws: .*/, "")));
    expect(wrong.status).toBe(1);
    expect(wrong.output.match(/aws is missing/g)).toHaveLength(1);
    expect(await readdir(join(folder, "wrong"))).not.toContain("dist");
  });

  test("remarks on what may not be meant, a line for each, and goes on", () => {
    const remarks = full.output.match(/.*nothing will ever back it up.*/g);
    expect(remarks).toEqual([expect.stringContaining("deployments.orders has no schedule")]);
  });

  test("refuses a misspelt parameter rather than taking the usual configuration", async () => {
    const misspelt = await packaged(join(folder, "full", "prod.yml"), "--param", "confg=test.yml");
    expect(misspelt.status).toBe(1);
    expect(misspelt.output).toContain('cannot take the parameter "confg=test.yml"');
  });

  test("refuses another region than the configuration's", async () => {
    const path = join(folder, "full", "prod.yml");
    const elsewhere = await packaged(path, "--region", "us-east-1");
    expect(elsewhere.output).toContain(
      `cannot deploy "${path}" to "us-east-1": its aws.region is "ap-northeast-1"; nothing was built or deployed`,
    );
  });
});

test("serverless deploy goes all the way to where only credentials are missing", async () => {
  const { status, said } = await deployed(await writtenIn(join(folder, "deployed"), FULL));
  expect(said).toContain("AWS provider credentials not found");
  expect(said).not.toContain("file found in the package path");
  expect(status).toBe(1);
});

describe("the package of", () => {
  test.each(FUNCTION_NAMES)(
    "%s holds the configuration with its certificates, and loads on a bare Node",
    async (name) => {
      const there = join(folder, "unpacked", name);
      const names = await unpacked(join(full.dist, `${name}.zip`), there);
      expect(await readFile(join(there, "stillpoint.yml"), "utf8")).toBe(FULL);
      expect(names.filter((file) => !file.endsWith(".mjs"))).toEqual([
        "certificates/ca.pem",
        "certificates/client.pem",
        "certificates/cluster-ca.pem",
        "stillpoint.yml",
      ]);
      const client = names.filter(isKubernetes).map((file) => `await import("./${file}");`);
      const { status, stderr, stdout } = spawnSync(
        process.execPath,
        ["--input-type=module", "--eval", `${client.join("")}${CALLED_WITH_NONSENSE}`],
        {
          cwd: there,
          env: { STILLPOINT_CONFIG: "stillpoint.yml", AWS_REGION: "ap-northeast-1" },
          encoding: "utf8",
        },
      );
      expect([status, stdout.trim().split("\n").at(-1)], stderr).toEqual([0, "refused"]);
    },
  );
});

/** What no function takes: no object at all. */
const CALLED_WITH_NONSENSE = `
const { handler } = await import("./index.mjs");
const context = { functionName: "f", awsRequestId: "r", getRemainingTimeInMillis: () => 900_000 };
const end = await handler("nonsense", context).then(
  () => "taken",
  (error) => (/Cannot find|is not defined/.test(error.message) ? error.message : "refused"),
);
console.log("\\n" + end);
process.exit(0);
`;
