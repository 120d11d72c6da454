import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registerBackups } from "../../../functions/backup/azure.ts";
import { registerFollow } from "../../../functions/follow/azure.ts";
import { registerRequests } from "../../../functions/request/azure.ts";
import { registerRestore } from "../../../functions/restore/azure.ts";
import { registerVerify } from "../../../functions/verify/azure.ts";
import type { RestorePoint } from "../../../shared/catalog/model.ts";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import { stillpoint } from "../../cli/stillpoint.ts";
import { until } from "../../cli/until.ts";
import { DurableLife } from "../../workflow/durable-life.ts";
import { type FunctionOf, registered } from "../../workflow/functions-core.ts";
import { type AzureWorld, azureWorld } from "./azure-world.ts";
import { ask, fire } from "./calls.ts";
import { type DurableEngine, startEngine } from "./durable-engine.ts";

const EVERY_MINUTE = { schedule: { cron: "* * * * *", timezone: "UTC", lateAfter: "30m" } };

/** The code of a day, as the service loads it. */
const code = (version: string) => () => {
  registerRequests();
  registerRestore(version);
  registerVerify();
};

describe("a restore on Azure", () => {
  let azure: AzureWorld;
  let engine: DurableEngine;
  let functions: ReadonlyMap<string, FunctionOf>;
  let point: RestorePoint;

  beforeAll(async () => {
    [azure, engine] = await Promise.all([
      azureWorld({ deployments: { payments: { approvalWithin: "2h", ...EVERY_MINUTE } } }),
      startEngine(),
    ]);
    functions = registered(() => {
      registerBackups();
      registerFollow();
      code("1")();
    });
    engine.host.deploy(code("1"));
    await azure.beat();
    await fire(functions, "backup-payments");
    await until(async () => {
      await fire(functions, "follow");
      [point] = (await azure.catalog.points.list()).records as [RestorePoint];
      return point.artifact === "complete";
    });
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await azure[Symbol.asyncDispose]();
  });

  const post = async (name: string, body: object) => {
    const answer = await ask(functions, name, { body, client: engine.client });
    expect(answer, answer.text).toMatchObject({ status: 202 });
    return answer.json as { readonly request?: string };
  };
  const request = (id: string, more: object = {}) =>
    post("request", { id, deployment: "payments", point: point.id, ...more });
  const runOf = async (id: string) => {
    const { run = "" } = (await azure.catalog.requests.get(`restore-${id}`)).record;
    return (await azure.catalog.runs.get(run)).record as PlannedRun;
  };
  const told = (type: string, run: string) =>
    azure.told(`stillpoint.restore.${type}`).filter((data) => data["run"] === run);
  const carryOut = async (id: string, running = {}) => {
    const { status, output, reason } = await engine.host.run(id, running);
    expect(status, reason).toBe("Completed");
    console.error(JSON.stringify(output).slice(0, 900));
    return output;
  };

  test("side by side, with the instances running, asks nobody", async () => {
    await request("drill-1");
    expect(await carryOut("restore-drill-1-1")).toMatchObject({ kind: "done" });
    const run = await runOf("drill-1");
    expect(run).toMatchObject({ state: "done", request: "restore-drill-1", execution: { attempt: 1 } });
    expect(told("started", run.id)).toHaveLength(1);
    expect(told("finished", run.id)).toEqual([
      expect.objectContaining({ mode: "side-by-side", point: point.id }),
    ]);
    expect(azure.metrics("RestoreDuration")).toHaveLength(1);
    expect((await azure.catalog.requests.get("restore-drill-1")).record.state).toBe("done");
    console.error(JSON.stringify(run.result).slice(0, 2000), engine.host.operationsOf("restore-drill-1-1-1"));
  });
});
