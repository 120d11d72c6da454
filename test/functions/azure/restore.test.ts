import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { registerBackups } from "../../../functions/backup/azure.ts";
import { registerFollow } from "../../../functions/follow/azure.ts";
import { registerRequests } from "../../../functions/request/azure.ts";
import { registerRestore } from "../../../functions/restore/azure.ts";
import { registerVerify } from "../../../functions/verify/azure.ts";
import { seededRandom } from "../../../rehearsal/ledger/random.ts";
import type { RestorePoint } from "../../../shared/catalog/model.ts";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import { stillpoint } from "../../cli/stillpoint.ts";
import { until } from "../../cli/until.ts";
import { DurableLife } from "../../workflow/durable-life.ts";
import { df, type FunctionOf, registered } from "../../workflow/functions-core.ts";
import { type AzureWorld, azureWorld } from "./azure-world.ts";
import { ask, fire } from "./calls.ts";
import { type DurableEngine, SYSTEM_KEY, startEngine } from "./durable-engine.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
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
      azureWorld({ deployments: { payments: { approvalWithin: "1h", ...EVERY_MINUTE } } }),
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

  beforeEach(() => {
    engine.setClock(Date.now());
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
    expect(azure.metrics("RestoreFailed")).toEqual([]);
  });

  test("does nothing where no point fits, and says so", async () => {
    await post("request", { id: "none", deployment: "payments", at: "2020-01-01T00:00:00Z" });
    expect(await carryOut("restore-none-1")).toMatchObject({
      kind: "failed",
      failure: { code: "NO_RESTORE_POINT" },
    });
    expect((await azure.catalog.requests.get("restore-none")).record).toMatchObject({
      state: "refused",
      failure: { code: "NO_RESTORE_POINT" },
    });
  });

  test("in place that nobody approves changes nothing, and ends the run in time", async () => {
    await request("late", { mode: "in-place" });
    const begunMs = engine.host.nowMs;
    expect(await carryOut("restore-late-1")).toMatchObject({
      kind: "failed",
      failure: { code: "NOT_APPROVED" },
    });
    expect((engine.host.nowMs - begunMs) / HOUR_MS).toBeCloseTo(1, 0);
    const run = await runOf("late");
    expect(run.state).toBe("abandoned");
    expect(told("waiting", run.id)).toEqual([expect.objectContaining({ digest: run.plan.digest })]);
    expect(told("failed", run.id)).toEqual([expect.objectContaining({ code: "NOT_APPROVED" })]);
    const { status, json } = await ask(functions, "approval", {
      body: { run: run.id, digest: run.plan.digest },
      client: engine.client,
    });
    expect([status, json]).toEqual([409, expect.objectContaining({ code: "APPROVAL_REFUSED" })]);
  });

  const whileItWaits = (meanwhile: (run: string, digest: string) => Promise<unknown>) =>
    azure.topic.onNotice(async ({ type, data: { run, digest } }) => {
      if (type === "stillpoint.restore.waiting") await meanwhile(String(run), String(digest));
    });
  const approves = (run: string, digest: string) => post("approval", { run, digest });

  test("leaves a run to the execution that was started for it while it waited, approved or not", async () => {
    await request("newer", { mode: "in-place" });
    whileItWaits(async (run, digest) => {
      await post("resume", { run });
      await approves(run, digest);
    });
    expect(await carryOut("restore-newer-1")).toMatchObject({
      kind: "failed",
      failure: { code: "CATALOG_CONFLICT" },
    });
    expect(await carryOut("restore-newer-2")).toMatchObject({ kind: "done" });
    const run = await runOf("newer");
    expect(run).toMatchObject({ state: "done", execution: { name: "restore-newer-2", attempt: 2 } });
    expect(told("started", run.id)).toEqual([expect.objectContaining({ attempt: 2 })]);
    expect(told("failed", run.id)).toEqual([]);
  });

  test("in place goes on when its very plan is approved over HTTP", async () => {
    await request("disaster", { mode: "in-place" });
    const refused: unknown[] = [];
    whileItWaits(async (run, digest) => {
      const body = { run, digest: "0".repeat(64) };
      refused.push((await ask(functions, "approval", { body, client: engine.client })).status);
      await approves(run, digest);
    });
    const begunMs = engine.host.nowMs;
    expect(await carryOut("restore-disaster-1")).toMatchObject({ kind: "done" });
    expect(refused).toEqual([409]);
    expect(engine.woken).toContainEqual({ id: "restore-disaster-1-1", event: "approved" });
    expect(engine.host.nowMs - begunMs).toBeLessThan(HOUR_MS);
    const run = await runOf("disaster");
    expect(run).toMatchObject({
      state: "done",
      approval: { by: expect.stringContaining("key"), digest: run.plan.digest },
      execution: { name: "restore-disaster-1", attempt: 1 },
      result: { mode: "in-place" },
    });
  });

  test("that has waited for a while already goes on at once when it is approved", async () => {
    const waitedMs = 25 * MINUTE_MS;
    engine.host.deploy(() => {
      code("1")();
      df.app.activity("approve", {
        handler: async () => {
          const { id, plan } = await runOf("patient");
          await approves(id, plan.digest);
        },
      });
      df.app.orchestration("somebody", function* (context) {
        yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + waitedMs));
        yield context.df.callActivity("approve");
      });
    });
    whileItWaits(async () => undefined);
    await request("patient", { mode: "in-place" });
    const begunMs = engine.host.nowMs;
    engine.host.start("somebody", {}, "somebody");
    expect(await carryOut("restore-patient-1")).toMatchObject({ kind: "done" });
    const approvedMs = startOf("restore-step", "restore-patient-1-1") - begunMs;
    expect(approvedMs).toBe(waitedMs);
    engine.host.deploy(code("1"));
  });

  /** When an orchestration first sent for this activity, by the engine's time. */
  const startOf = (activity: string, id: string) =>
    Date.parse(engine.host.historyOf(id).find(({ Name }) => Name === activity)?.Timestamp ?? "");

  test("in place finds an approval by itself that could not wake it", async () => {
    await request("unwoken", { mode: "in-place" });
    whileItWaits(async (run, digest) => {
      engine.fail(1);
      await approves(run, digest);
    });
    const begunMs = engine.host.nowMs;
    expect(await carryOut("restore-unwoken-1")).toMatchObject({ kind: "done" });
    expect(startOf("restore-step", "restore-unwoken-1-1") - begunMs).toBe(10 * MINUTE_MS);
    expect(azure.objects()).toContainEqual(
      expect.objectContaining({
        level: "warn",
        message: expect.stringContaining('"restore-unwoken-1-1" was not woken'),
      }),
    );
  });

  test("in place finds an approval from a command line by itself", async () => {
    await request("typed", { mode: "in-place" });
    let typed = "";
    whileItWaits(async (run, digest) => {
      typed = (await stillpoint(["-c", azure.config, "approve", run, "--digest", digest])).stdout;
    });
    const begunMs = engine.host.nowMs;
    expect(await carryOut("restore-typed-1")).toMatchObject({ kind: "done" });
    expect(typed).toContain("looks every 10 minutes, and goes on by itself");
    expect(startOf("restore-step", "restore-typed-1-1") - begunMs).toBe(10 * MINUTE_MS);
    expect((await runOf("typed")).approval?.by).toContain(" on ");
  });

  test("that fails is told once, and goes on by its journal when it is resumed", async () => {
    const { faults } = azure.cosmosdb;
    azure.topic.onNotice(async ({ type }) => {
      if (type === "stillpoint.restore.started") faults.deny(["Microsoft.DocumentDB/databaseAccounts/write"]);
    });
    await request("denied");
    const failed = await carryOut("restore-denied-1");
    faults.deny([]);
    azure.topic.onNotice(async () => undefined);
    expect(failed).toMatchObject({ kind: "failed", failure: { code: "DATABASE_DENIED" } });
    const run = await runOf("denied");
    expect(run).toMatchObject({ state: "failed", failure: { code: "DATABASE_DENIED" } });
    expect(told("failed", run.id)).toHaveLength(1);
    await post("resume", { run: run.id });
    expect(await carryOut("restore-denied-2")).toMatchObject({ kind: "done" });
    expect(told("finished", run.id)).toHaveLength(1);
  });

  const atRandom = (seed: string) => {
    const random = seededRandom(seed);
    return () => random.below(10) === 0;
  };
  /** Around every kind of turn and activity, once. */
  const onceAtEach = () => {
    const moments = new Set<string>();
    return (moment: string) => moments.size < moments.add(moment).size;
  };

  test.each([
    ["before and after each kind of step", "each", onceAtEach()],
    ["again and again", "a", atRandom("a")],
    ["again and again", "b", atRandom("b")],
  ])("whose process dies %s ends as an undisturbed one: %s", async (_when, name, dies) => {
    const id = `mortal-${name}`;
    await request(id);
    let lives = 0;
    const lifeOf = () => {
      lives++;
      return new DurableLife(dies);
    };
    expect(await carryOut(`restore-${id}-1`, { lifeOf })).toMatchObject({ kind: "done" });
    expect(lives).toBeGreaterThan(15);
    const [run, undisturbed] = [await runOf(id), await runOf("drill-1")];
    expect(run.state).toBe("done");
    expect(anonymous(run)).toEqual(anonymous(undisturbed));
    expect(told("finished", run.id).length).toBeGreaterThan(0);
    expect(told("failed", run.id)).toEqual([]);
  });

  test("under which new code is deployed goes on by its journal, in an orchestration of that code", async () => {
    await request("redeployed");
    let passed = 0;
    const lifeOf = () =>
      new DurableLife((moment) => {
        if (moment === "after restore-step" && passed++ === 8) engine.host.deploy(code("2"));
        return false;
      });
    expect(await carryOut("restore-redeployed-1", { lifeOf })).toMatchObject({ kind: "done" });
    expect(engine.host.instances.filter((id) => id.startsWith("restore-redeployed-"))).toEqual([
      "restore-redeployed-1",
      "restore-redeployed-1-1",
      "restore-redeployed-1-2",
    ]);
    const run = await runOf("redeployed");
    expect(anonymous(run)).toEqual(anonymous(await runOf("drill-1")));
    expect(told("finished", run.id)).toHaveLength(1);
    engine.host.deploy(code("1"));
  });

  test("whose orchestrations die again and again is given up, told once, and can be resumed", async () => {
    await request("doomed");
    let builds = 0;
    engine.hurry(true);
    const lifeOf = () =>
      new DurableLife((moment) => {
        if (moment === "after code-version") engine.host.deploy(code(`build ${builds++}`));
        return false;
      });
    expect(await carryOut("restore-doomed-1", { lifeOf })).toMatchObject({
      kind: "given-up",
      failure: { code: "TIMED_OUT" },
    });
    engine.hurry(false);
    engine.host.deploy(code("1"));
    const { id } = await runOf("doomed");
    expect(told("failed", id)).toEqual([expect.objectContaining({ code: "TIMED_OUT" })]);
    await post("resume", { run: id });
    expect(await carryOut("restore-doomed-2")).toMatchObject({ kind: "done" });
  });

  test("and what is told of it holds no key", () => {
    const { primaryMasterKey, secondaryMasterKey } = azure.cosmosdb.account("ledger").keys;
    const told = [...azure.lines, JSON.stringify(azure.topic.notices)];
    for (const secret of [primaryMasterKey, secondaryMasterKey, SYSTEM_KEY, "accountKey="])
      expect(told.filter((text) => text.includes(secret))).toEqual([]);
  });
});

/** What came of a run, whatever the names of what it has made. */
function anonymous({ id, result }: PlannedRun): unknown {
  const text = JSON.stringify(result).replaceAll(id, "RUN").replaceAll(id.slice(-8), "TAG");
  return JSON.parse(text.replaceAll(/127\.0\.0\.1:\d+/g, "HOST"));
}
