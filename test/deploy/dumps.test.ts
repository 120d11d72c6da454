import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DUMP_TIMEOUT_S, dumpFunction } from "../../deploy/dump-function.ts";
import { FUNCTION_NAMES } from "../../deploy/function-names.ts";
import { permissionsOf, permissionsOfTask } from "../../deploy/permissions/of-function.ts";
import type { Statement } from "../../deploy/permissions/statement.ts";
import { bus } from "../../deploy/resources/bus.ts";
import { resources } from "../../deploy/stack.ts";
import { FUNCTION_MS } from "../../shared/backup/dump-place.ts";
import { unpackConfig } from "../../shared/config/packed-config.ts";
import { newFolder } from "../catalog/folder.ts";
import { DUMPS, LEAST, stackFrom, stackOf, writtenIn } from "./configurations.ts";
import { type Packaging, packaged, type Template } from "./packaged.ts";
import { shown } from "./shown.ts";

const WITHOUT_TASK = DUMPS.replace(/ {4}task: .*/, "");
const WITHOUT_IMAGE = DUMPS.replace(/ {4}image: .*/, "");

// biome-ignore lint/suspicious/noExplicitAny: what CloudFormation takes has as many shapes as it has resources.
const propertiesIn = async (text: string, id: string): Promise<any> =>
  resources(await stackOf(text))[id]?.Properties;

describe("serverless package", () => {
  let folder: string;
  let full: Packaging;
  let template: Template;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "stillpoint-dumps-"));
    full = await packaged(await writtenIn(join(folder, "dumps"), DUMPS));
    expect(full.output).toContain("Service packaged");
    template = await full.template();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("makes the function of an image by its digest, and the resources around it", async () => {
    expect(template.Resources).toMatchObject(
      resources(await stackFrom(join(folder, "dumps", "prod.yml"))) as object,
    );
    const { Properties } = template.Resources["DumpLambdaFunction"];
    expect(Properties).toMatchObject({
      PackageType: "Image",
      Code: { ImageUri: expect.stringMatching(/stillpoint-function@sha256:[0-9a-f]{64}$/) },
      FunctionName: "stillpoint-prod-dump",
      Timeout: DUMP_TIMEOUT_S,
      Architectures: ["arm64"],
      Role: { "Fn::GetAtt": ["DumpRole", "Arn"] },
      VpcConfig: { SubnetIds: ["subnet-0a1b2c3d"], SecurityGroupIds: ["sg-0a1b2c3d"] },
      DeadLetterConfig: { TargetArn: { "Fn::GetAtt": ["DeadLetters", "Arn"] } },
    });
    expect(Properties.Runtime).toBeUndefined();
    expect(template.Resources["DumpLambdaEvConf"].Properties).toMatchObject({
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    });
  });

  test("hands the image the configuration with its certificates, in what Lambda takes of variables", async () => {
    const { Variables } = template.Resources["DumpLambdaFunction"].Properties.Environment;
    const unpacked = await newFolder();
    const path = unpackConfig(Variables.STILLPOINT_PACKED_CONFIG, unpacked);
    expect(await readFile(path, "utf8")).toBe(DUMPS);
    expect(await readFile(join(unpacked, "certificates/ca.pem"), "utf8")).toContain("the text of");
    expect(JSON.stringify(Variables).length).toBeLessThan(4_096);
  });

  test("tells the backup and the restore what they may start", () => {
    const definition = { Ref: "TaskDefinition" };
    const { backup, restore } = {
      backup: template.Resources["BackupLambdaFunction"].Properties.Environment.Variables,
      restore: template.Resources["RestoreLambdaFunction"].Properties.Environment.Variables,
    };
    for (const variables of [backup, restore])
      expect(variables).toMatchObject({
        STILLPOINT_TASK_DEFINITION: definition,
        STILLPOINT_TASK_CLUSTER: { Ref: "TaskCluster" },
      });
    expect(backup.STILLPOINT_DUMP_FUNCTION["Fn::Sub"]).toMatch(/:function:stillpoint-prod-dump$/);
  });
});

describe("where no image is named", () => {
  test("there is neither a function nor a role, an alarm or a variable of it", async () => {
    const ids = Object.keys(resources(await stackOf(WITHOUT_IMAGE)));
    expect(ids.filter((id) => id.startsWith("Dump"))).toEqual([]);
    expect(dumpFunction((await stackOf(WITHOUT_IMAGE)).config)).toBeNull();
  });

  test("there is no task, nor anything of it", async () => {
    const ids = Object.keys(resources(await stackOf(WITHOUT_TASK)));
    expect(ids.filter((id) => id.startsWith("Task"))).toEqual([]);
    expect(ids).toContain("DumpRole");
  });
});

describe("the task", () => {
  test("runs the image in the size that was asked for, and leaves a log that is kept as long as the others", async () => {
    const definition = await propertiesIn(DUMPS, "TaskDefinition");
    expect(definition).toMatchObject({
      Cpu: "4096",
      Memory: "8192",
      EphemeralStorage: { SizeInGiB: 100 },
      RequiresCompatibilities: ["FARGATE"],
      NetworkMode: "awsvpc",
    });
    const [container] = definition.ContainerDefinitions;
    expect(container.Image).toMatch(/\/ops\/stillpoint@sha256:/);
    expect(container.StopTimeout).toBe(120);
    expect(container.Secrets).toEqual([
      {
        Name: "DB_PASSWORD",
        ValueFrom: { "Fn::Sub": expect.stringMatching(/:parameter\/stillpoint\/db-password$/) },
      },
    ]);
    expect(JSON.stringify(container.Environment)).not.toContain("db-password");
    expect((await propertiesIn(DUMPS, "TaskLogGroup")).RetentionInDays).toBe(400);
  });

  test("leaves an event where an alarm looks when it ends badly, or never began", async () => {
    const { EventPattern, Targets } = await propertiesIn(DUMPS, "TaskRule");
    expect(EventPattern.detail).toEqual({
      clusterArn: [{ "Fn::GetAtt": ["TaskCluster", "Arn"] }],
      lastStatus: ["STOPPED"],
      $or: [
        { containers: { exitCode: [{ "anything-but": [0] }] } },
        { containers: { exitCode: [{ exists: false }] } },
      ],
    });
    expect(Targets).toEqual([{ Id: "dead-letters", Arn: { "Fn::GetAtt": ["DeadLetters", "Arn"] } }]);
    const [byRules] = (await propertiesIn(DUMPS, "DeadLettersPolicy")).PolicyDocument.Statement;
    expect(byRules.Condition.ArnEquals["aws:SourceArn"]).toContainEqual({
      "Fn::GetAtt": ["TaskRule", "Arn"],
    });
  });

  test("may tell on the bus what functions tell", async () => {
    const statements = Object.values(bus(await stackOf(DUMPS))).map(({ Properties }) =>
      JSON.stringify(Properties),
    );
    expect(statements.find((text) => text.includes("OthersTellNothing"))).toContain('"TaskRole"');
  });

  test("finds its image, its secrets and its log without a way out of the VPC", async () => {
    const all = resources(await stackOf(DUMPS));
    for (const id of ["EcsEndpoint", "EcrApiEndpoint", "EcrDkrEndpoint", "LogsEndpoint", "SsmEndpoint"])
      expect(all[id]?.Type, id).toBe("AWS::EC2::VPCEndpoint");
  });
});

describe("the permissions", () => {
  // Written anew by: npx vitest run test/deploy/dumps.test.ts -u
  test("are these, statement by statement", async () => {
    const stack = await stackOf(DUMPS, ["arn:aws:kms:eu-west-1:123456789012:key/one"]);
    const of = (["backup", "dump", "restore", "follow"] as const).map(
      (name) => `${name}\n${permissionsOf(name, stack).map(shown).join("")}`,
    );
    const execution = resources(stack)["TaskExecutionRole"]?.Properties["Policies"] as readonly {
      readonly PolicyDocument: { readonly Statement: readonly Statement[] };
    }[];
    const begin = execution[0]?.PolicyDocument.Statement ?? [];
    const all = [
      ...of,
      `task\n${permissionsOfTask(stack).map(shown).join("")}`,
      `task's execution\n${begin.map(shown).join("")}`,
    ];
    await expect(all.join("\n")).toMatchFileSnapshot("golden/dumps-permissions.txt");
  });

  test("of the backup let it start the task and its roles, and nothing else of ECS", async () => {
    const statements = permissionsOf("backup", await stackOf(DUMPS));
    const ecs = statements.filter(({ Action }) => Action.some((action) => /^(?:ecs|iam):/.test(action)));
    expect(ecs.map(({ Sid, Action }) => [Sid, Action])).toEqual([
      ["StartTask", ["ecs:RunTask"]],
      ["HandRolesToTask", ["iam:PassRole"]],
    ]);
    expect(ecs[0]?.Condition).toEqual({
      ArnEquals: { "ecs:cluster": { "Fn::GetAtt": ["TaskCluster", "Arn"] } },
    });
    expect(ecs[1]?.Condition).toEqual({
      StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
    });
  });

  test("touch no dump where none are taken, and hold no statement about nothing", async () => {
    for (const text of [LEAST, DUMPS]) {
      const stack = await stackOf(text);
      const statements = FUNCTION_NAMES.flatMap((name) => permissionsOf(name, stack));
      for (const { Resource } of statements) expect(Resource).not.toEqual([]);
      expect(statements.some(({ Sid }) => Sid.includes("Dumps"))).toBe(text === DUMPS);
    }
  });
});

test("the function lives as long as is reckoned with when a dump is sent there", () => {
  expect(DUMP_TIMEOUT_S * 1_000).toBe(FUNCTION_MS);
});

test("a configuration that is too long for a function's variables is refused with what to do", async () => {
  const noise = Array.from(
    { length: 400 },
    (_, index) => `# ${(index * 7919).toString(36)} ${Math.sin(index)}`,
  );
  const { config } = await stackOf(`${DUMPS}${noise.join("\n")}\n`);
  expect(() => dumpFunction(config)).toThrow(/takes 3400; shorten .*aws\.dumps\.task take all dumps/);
});
