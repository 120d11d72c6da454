import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { stillpoint } from "../../cli/stillpoint.ts";
import { df } from "../../workflow/functions-core.ts";
import { ask } from "./calls.ts";
import { code, type RestoreWorld, restoreWorld } from "./restore-world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe("a restore on Azure that wants an approval", () => {
  let world: RestoreWorld;

  beforeAll(async () => {
    world = await restoreWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(() => world.engine.setClock(Date.now()));

  const whileItWaits = (meanwhile: (run: string, digest: string) => Promise<unknown>) =>
    world.azure.topic.onNotice(async ({ type, data: { run, digest } }) => {
      if (type === "stillpoint.restore.waiting") await meanwhile(String(run), String(digest));
    });

  /** When an orchestration first sent for this activity, by the engine's time. */
  const startOf = (activity: string, id: string) =>
    Date.parse(world.engine.host.historyOf(id).find(({ Name }) => Name === activity)?.Timestamp ?? "");

  test("in place that nobody approves changes nothing, and ends the run in time", async () => {
    await world.request("late", { mode: "in-place" });
    const begunMs = world.engine.host.nowMs;
    expect(await world.carryOut("restore-late-1")).toMatchObject({
      kind: "failed",
      failure: { code: "NOT_APPROVED" },
    });
    expect((world.engine.host.nowMs - begunMs) / HOUR_MS).toBeCloseTo(1, 0);
    const run = await world.runOf("late");
    expect(run.state).toBe("abandoned");
    expect(world.told("waiting", run.id)).toEqual([expect.objectContaining({ digest: run.plan.digest })]);
    expect(world.told("failed", run.id)).toEqual([expect.objectContaining({ code: "NOT_APPROVED" })]);
    const { status, json } = await ask(world.functions, "approval", {
      body: { run: run.id, digest: run.plan.digest },
      client: world.engine.client,
    });
    expect([status, json]).toEqual([409, expect.objectContaining({ code: "APPROVAL_REFUSED" })]);
  });

  test("leaves a run to the execution that was started for it while it waited, approved or not", async () => {
    await world.request("newer", { mode: "in-place" });
    whileItWaits(async (run, digest) => {
      await world.post("resume", { run });
      await world.approve(run, digest);
    });
    expect(await world.carryOut("restore-newer-1")).toMatchObject({
      kind: "failed",
      failure: { code: "CATALOG_CONFLICT" },
    });
    expect(await world.carryOut("restore-newer-2")).toMatchObject({ kind: "done" });
    const run = await world.runOf("newer");
    expect(run).toMatchObject({ state: "done", execution: { name: "restore-newer-2", attempt: 2 } });
    expect(world.told("started", run.id)).toEqual([expect.objectContaining({ attempt: 2 })]);
    expect(world.told("failed", run.id)).toEqual([]);
  });

  test("in place goes on when its very plan is approved over HTTP", async () => {
    await world.request("disaster", { mode: "in-place" });
    const refused: unknown[] = [];
    whileItWaits(async (run, digest) => {
      const body = { run, digest: "0".repeat(64) };
      refused.push((await ask(world.functions, "approval", { body, client: world.engine.client })).status);
      await world.approve(run, digest);
    });
    const begunMs = world.engine.host.nowMs;
    expect(await world.carryOut("restore-disaster-1")).toMatchObject({ kind: "done" });
    expect(refused).toEqual([409]);
    expect(world.engine.woken).toContainEqual({ id: "restore-disaster-1-1", event: "approved" });
    expect(world.engine.host.nowMs - begunMs).toBeLessThan(HOUR_MS);
    const run = await world.runOf("disaster");
    expect(run).toMatchObject({
      state: "done",
      approval: { by: expect.stringContaining("key"), digest: run.plan.digest },
      execution: { name: "restore-disaster-1", attempt: 1 },
      result: { mode: "in-place" },
    });
  });

  test("that has waited for a while already goes on at once when it is approved", async () => {
    const waitedMs = 25 * MINUTE_MS;
    world.engine.host.deploy(() => {
      code("1")();
      df.app.activity("approve", {
        handler: async () => {
          const { id, plan } = await world.runOf("patient");
          await world.approve(id, plan.digest);
        },
      });
      df.app.orchestration("somebody", function* (context) {
        yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + waitedMs));
        yield context.df.callActivity("approve");
      });
    });
    whileItWaits(async () => undefined);
    await world.request("patient", { mode: "in-place" });
    const begunMs = world.engine.host.nowMs;
    world.engine.host.start("somebody", {}, "somebody");
    expect(await world.carryOut("restore-patient-1")).toMatchObject({ kind: "done" });
    const approvedMs = startOf("restore-step", "restore-patient-1-1") - begunMs;
    expect(approvedMs).toBe(waitedMs);
    world.engine.host.deploy(code("1"));
  });

  test("in place finds an approval by itself that could not wake it", async () => {
    await world.request("unwoken", { mode: "in-place" });
    whileItWaits(async (run, digest) => {
      world.engine.fail(1);
      await world.approve(run, digest);
    });
    const begunMs = world.engine.host.nowMs;
    expect(await world.carryOut("restore-unwoken-1")).toMatchObject({ kind: "done" });
    expect(startOf("restore-step", "restore-unwoken-1-1") - begunMs).toBe(10 * MINUTE_MS);
    expect(world.azure.objects()).toContainEqual(
      expect.objectContaining({
        level: "warn",
        message: expect.stringContaining('"restore-unwoken-1-1" was not woken'),
      }),
    );
  });

  test("in place finds an approval from a command line by itself", async () => {
    await world.request("typed", { mode: "in-place" });
    let typed = "";
    whileItWaits(async (run, digest) => {
      typed = (await stillpoint(["-c", world.azure.config, "approve", run, "--digest", digest])).stdout;
    });
    const begunMs = world.engine.host.nowMs;
    expect(await world.carryOut("restore-typed-1")).toMatchObject({ kind: "done" });
    expect(typed).toContain("looks every 10 minutes, and goes on by itself");
    expect(startOf("restore-step", "restore-typed-1-1") - begunMs).toBe(10 * MINUTE_MS);
    expect((await world.runOf("typed")).approval?.by).toContain(" on ");
  });
});
