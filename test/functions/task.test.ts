import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { taskOf } from "../../functions/task/task-of.ts";
import { SCHEMA } from "../../shared/catalog/model.ts";
import { loadConfig } from "../../shared/config/load-config.ts";
import { packConfig } from "../../shared/config/packed-config.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { start } from "../cli/stillpoint.ts";
import { type AwsWorld, awsWorld } from "./aws-world.ts";

const MAIN = fileURLToPath(new URL("../../functions/task/main.ts", import.meta.url));
const TEST_MS = 60_000;
const RUN = "backup-payments-20261121T180000Z";

let aws: AwsWorld;
let env: Record<string, string>;
beforeAll(async () => {
  aws = await awsWorld();
  env = {
    STILLPOINT_PACKED_CONFIG: packConfig(loadConfig(aws.world.config, process.env)),
    STILLPOINT_TASK_OF: "aws",
    AWS_ENDPOINT_URL: aws.services.url,
    AWS_REGION: "us-east-1",
  };
}, TEST_MS);
afterAll(async () => aws[Symbol.asyncDispose]());

const task = (...words: readonly string[]) => start(words, { command: [process.execPath, MAIN], env }).ended;
const asked = (id: string) =>
  aws.catalog.requests.create({
    schema: SCHEMA,
    id,
    deployment: "payments",
    kind: "backup",
    receivedMs: Date.now(),
    state: "taken",
    run: id,
  });
const told = (type: string) => aws.services.events.filter((one) => one.type === type);

test("a task takes the backup that a function was asked for, by the configuration that was handed in, and tells the bus", {
  timeout: TEST_MS,
}, async () => {
  await asked(RUN);
  await aws.beat();
  const { status, stdout } = await task("backup", "payments", "--as", RUN, "--require-sweep");
  expect(status).toBe(0);
  expect((await aws.catalog.requests.get(RUN)).record).toMatchObject({
    state: "done",
    carriedBy: expect.stringMatching(/^task /),
  });
  expect(told("stillpoint.window.recorded")).toEqual([
    expect.objectContaining({ detail: expect.objectContaining({ run: RUN }) }),
  ]);
  const [point] = (await aws.catalog.points.list()).records;
  expect(point?.takenFrom).toBe("AWS Lambda in us-east-1, outside of any VPC");
  const measured = stdout.split("\n").filter((line) => line.includes('"HoldTime"'));
  expect(measured).toHaveLength(1);
});

test("a task that pauses nothing, since no sweep lives, tells the bus and ends badly", {
  timeout: TEST_MS,
}, async () => {
  await asked(`${RUN}-2`);
  await aws.catalog.sweeps.beatScheduled(
    { host: "stillpoint-sweep", process: 1, intervalMs: 60_000 },
    Date.now() - 600_000,
  );
  const { status } = await task("backup", "payments", "--as", `${RUN}-2`, "--require-sweep");
  expect(status).toBe(ERRORS.SWEEP_SILENT.exit);
  expect(told("stillpoint.backup.refused")).toEqual([
    expect.objectContaining({ detail: expect.objectContaining({ code: "SWEEP_SILENT" }) }),
  ]);
});

test("a configuration that was cut short is refused, with what to do", { timeout: TEST_MS }, async () => {
  const { status, stderr } = await start(["status"], {
    command: [process.execPath, MAIN],
    env: { ...env, STILLPOINT_PACKED_CONFIG: "AAAA" },
  }).ended;
  expect(status).not.toBe(0);
  expect(stderr).toContain("cannot be unpacked; deploy it again; nothing was done");
});

test("an image that is run by hand is the command line and no more", async () => {
  expect(await taskOf({ STILLPOINT_CONFIG: aws.world.config })).toBeUndefined();
});
