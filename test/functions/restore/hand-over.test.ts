import { expect, test } from "vitest";
import { handOver } from "../../../functions/restore/hand-over.ts";
import type { Carrying } from "../../../functions/restore/outcome.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";

const RUN = "restore-20261121T180000Z-0a1b2c3d";

function carrying() {
  const told: object[] = [];
  const telemetry = {
    log: () => {},
    measure: () => {},
    measureAll: () => {},
    announce: async (happening: object) => {
      told.push(happening);
    },
  };
  // As much of it as handing over needs.
  const planned = { kind: "planned", run: RUN, deployment: "payments", point: "p", mode: "in-place" };
  return { told, carrying: { host: { telemetry }, planned } as unknown as Carrying };
}

test("a restore of dumps is resumed by a task, which looks itself whether it is approved", async () => {
  const { carrying: of, told } = carrying();
  const started: (readonly string[])[] = [];
  const start = async (args: readonly string[]) => {
    started.push(args);
    return "arn:1";
  };
  const end = await handOver(of, { setting: "aws.dumps.task", isThere: true, start });
  expect(end).toEqual({ kind: "handed-over", run: RUN, carrier: "arn:1" });
  expect(started).toEqual([["restore", "resume", RUN]]);
  expect(told).toEqual([]);
});

test("where there is no task, it says which setting there is, and the command to type", async () => {
  const { carrying: of, told } = carrying();
  const start = async () => "never";
  const end = await handOver(of, { setting: "aws.dumps.task", isThere: false, start });
  expect(end).toMatchObject({
    kind: "failed",
    failure: {
      code: "CONFIG_INVALID",
      message: expect.stringMatching(
        /set aws\.dumps\.task .*stillpoint restore resume restore-2026.*nothing/,
      ),
    },
  });
  expect(told).toEqual([expect.objectContaining({ kind: "restore.failed", code: "CONFIG_INVALID" })]);
});

test("a task that cannot be started is told as a restore that has failed", async () => {
  const { carrying: of, told } = carrying();
  const start = async () => {
    throw new StillpointError("DUMP_FAILED", "no capacity");
  };
  const end = await handOver(of, { setting: "azure.dumps", isThere: true, start });
  expect(end).toMatchObject({ kind: "failed", failure: { code: "DUMP_FAILED" } });
  expect(told).toEqual([
    expect.objectContaining({ kind: "restore.failed", deployment: "payments", run: RUN }),
  ]);
});
