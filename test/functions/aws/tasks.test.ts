import { afterAll, beforeAll, expect, test } from "vitest";
import { hasTask, startTask } from "../../../functions/aws/tasks.ts";
import { AwsSection } from "../../../shared/config/aws-schema.ts";
import { type AwsServices, startAwsServices } from "../aws-services.ts";

const aws = AwsSection.parse({
  region: "us-east-1",
  vpc: { subnets: ["subnet-1a", "subnet-2b"], securityGroups: ["sg-1a"] },
});
const env = { STILLPOINT_TASK_CLUSTER: "stillpoint-prod", STILLPOINT_TASK_DEFINITION: "stillpoint-prod:3" };

let services: AwsServices;
beforeAll(async () => {
  services = await startAwsServices();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: services.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
});
afterAll(() => services.close());

test("a task runs the command in the functions' own network, on the definition that was deployed with them", async () => {
  const arn = await startTask({ aws, env }, "backup-payments-1", ["backup", "payments"]);
  expect(services.tasks).toEqual([
    {
      arn,
      token: expect.stringMatching(/^[0-9a-f]{64}$/),
      request: expect.objectContaining({
        cluster: "stillpoint-prod",
        taskDefinition: "stillpoint-prod:3",
        launchType: "FARGATE",
        count: 1,
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: ["subnet-1a", "subnet-2b"],
            securityGroups: ["sg-1a"],
            assignPublicIp: "DISABLED",
          },
        },
        overrides: { containerOverrides: [{ name: "stillpoint", command: ["backup", "payments"] }] },
      }),
    },
  ]);
});

test("a task that is started twice by one name is one task; by another name it is another", async () => {
  const before = services.tasks.length;
  const start = (name: string) => startTask({ aws, env }, name, ["backup", "payments"]);
  const [first, second] = [await start("backup-payments-2"), await start("backup-payments-2")];
  expect(second).toBe(first);
  expect(await start("backup-payments-3")).not.toBe(first);
  expect(services.tasks.length).toBe(before + 2);
});

test("a task that finds no place is refused with the reason that ECS gives in an answer of success", async () => {
  services.refuseTask("RESOURCE:FARGATE");
  await expect(startTask({ aws, env }, "backup-payments-4", ["backup"])).rejects.toMatchObject({
    code: "DUMP_FAILED",
    message:
      'the task for "backup-payments-4" was not started: RESOURCE:FARGATE; nothing was paused or changed',
  });
});

test("a name that was used for another command is refused, and starts nothing", async () => {
  const before = services.tasks.length;
  await expect(startTask({ aws, env }, "backup-payments-2", ["restore"])).rejects.toMatchObject({
    code: "DUMP_FAILED",
    message: expect.stringContaining("ConflictException"),
  });
  expect(services.tasks.length).toBe(before);
});

test("without a task definition there is no task, and starting one says what is to be set", async () => {
  expect(hasTask({ env })).toBe(true);
  expect(hasTask({ env: {} })).toBe(false);
  await expect(startTask({ aws, env: {} }, "backup-payments-5", ["backup"])).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining("aws.dumps.task and aws.vpc"),
  });
});
