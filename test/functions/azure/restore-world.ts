import { expect } from "vitest";
import { registerBackups } from "../../../functions/backup/azure.ts";
import { registerFollow } from "../../../functions/follow/azure.ts";
import { registerRequests } from "../../../functions/request/azure.ts";
import { registerRestore } from "../../../functions/restore/azure.ts";
import { registerVerify } from "../../../functions/verify/azure.ts";
import type { RestorePoint } from "../../../shared/catalog/model.ts";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import { until } from "../../cli/until.ts";
import { type FunctionOf, registered } from "../../workflow/functions-core.ts";
import type { OrchestrationHost } from "../../workflow/orchestration-host.ts";
import { type AzureWorld, azureWorld } from "./azure-world.ts";
import { ask, fire } from "./calls.ts";
import { type DurableEngine, startEngine } from "./durable-engine.ts";

const EVERY_MINUTE = { schedule: { cron: "* * * * *", timezone: "UTC", lateAfter: "30m" } };

/** The code of a day, as the service loads it. */
export const code = (version: string) => () => {
  registerRequests();
  registerRestore(version);
  registerVerify();
};

/** What a test asks for over HTTP, and what comes of it. */
export interface Asking {
  /** What is accepted. */
  post(name: string, body: object): Promise<void>;
  /** Of a request. */
  runOf(id: string): Promise<PlannedRun>;
  /** The notices of a run: `stillpoint.restore.finished`, ... */
  noticed(type: string, run: string): readonly Record<string, unknown>[];
  /** An orchestration to its end; answers what it came to. */
  carryOut(id: string, running?: Parameters<OrchestrationHost["run"]>[1]): Promise<unknown>;
}

export function askingOf(
  azure: AzureWorld,
  engine: DurableEngine,
  functions: ReadonlyMap<string, FunctionOf>,
): Asking {
  return {
    post: async (name, body) => {
      const answer = await ask(functions, name, { body, client: engine.client });
      expect(answer, answer.text).toMatchObject({ status: 202 });
    },
    runOf: async (id) => {
      const { run = "" } = (await azure.catalog.requests.get(`restore-${id}`)).record;
      return (await azure.catalog.runs.get(run)).record as PlannedRun;
    },
    noticed: (type, run) => azure.told(type).filter((data) => data["run"] === run),
    carryOut: async (id, running = {}) => {
      const { status, output, reason } = await engine.host.run(id, running);
      expect(status, reason).toBe("Completed");
      return output;
    },
  };
}

/** A world with a complete restore point, and the engine that carries out what is asked for over HTTP. */
export interface RestoreWorld extends Omit<Asking, "noticed">, AsyncDisposable {
  readonly azure: AzureWorld;
  readonly engine: DurableEngine;
  readonly functions: ReadonlyMap<string, FunctionOf>;
  readonly point: RestorePoint;
  request(id: string, more?: object): Promise<void>;
  approve(run: string, digest: string): Promise<void>;
  /** The notices of a run. */
  told(type: string, run: string): readonly Record<string, unknown>[];
}

export async function restoreWorld(): Promise<RestoreWorld> {
  const deployments = { payments: { approvalWithin: "1h", ...EVERY_MINUTE } };
  const [azure, engine] = await Promise.all([azureWorld({ deployments }), startEngine()]);
  const functions = registered(() => {
    registerBackups();
    registerFollow();
    code("1")();
  });
  engine.host.deploy(code("1"));
  await azure.beat();
  await fire(functions, "backup-payments");
  const pointNow = async () => (await azure.catalog.points.list()).records[0] as RestorePoint;
  await until(async () => {
    await fire(functions, "follow");
    return (await pointNow()).artifact === "complete";
  });
  const point = await pointNow();
  const { noticed, ...asking } = askingOf(azure, engine, functions);
  return {
    azure,
    engine,
    functions,
    point,
    ...asking,
    request: (id, more = {}) =>
      asking.post("request", { id, deployment: "payments", point: point.id, ...more }),
    approve: (run, digest) => asking.post("approval", { run, digest }),
    told: (type, run) => noticed(`stillpoint.restore.${type}`, run),
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await azure[Symbol.asyncDispose]();
    },
  };
}
