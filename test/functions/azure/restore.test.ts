import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seededRandom } from "../../../rehearsal/ledger/random.ts";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import { DurableLife } from "../../workflow/durable-life.ts";
import { SYSTEM_KEY } from "./durable-engine.ts";
import { code, type RestoreWorld, restoreWorld } from "./restore-world.ts";

describe("a restore on Azure", () => {
  let world: RestoreWorld;

  beforeAll(async () => {
    world = await restoreWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(() => world.engine.setClock(Date.now()));

  test("side by side, with the instances running, asks nobody", async () => {
    await world.request("drill-1");
    expect(await world.carryOut("restore-drill-1-1")).toMatchObject({ kind: "done" });
    const run = await world.runOf("drill-1");
    expect(run).toMatchObject({ state: "done", request: "restore-drill-1", execution: { attempt: 1 } });
    expect(world.told("started", run.id)).toHaveLength(1);
    expect(world.told("finished", run.id)).toEqual([
      expect.objectContaining({ mode: "side-by-side", point: world.point.id }),
    ]);
    expect(world.azure.metrics("RestoreDuration")).toHaveLength(1);
    expect((await world.azure.catalog.requests.get("restore-drill-1")).record.state).toBe("done");
    expect(world.azure.metrics("RestoreFailed")).toEqual([]);
  });

  test("does nothing where no point fits, and says so", async () => {
    await world.post("request", { id: "none", deployment: "payments", at: "2020-01-01T00:00:00Z" });
    expect(await world.carryOut("restore-none-1")).toMatchObject({
      kind: "failed",
      failure: { code: "NO_RESTORE_POINT" },
    });
    expect((await world.azure.catalog.requests.get("restore-none")).record).toMatchObject({
      state: "refused",
      failure: { code: "NO_RESTORE_POINT" },
    });
  });

  test("that fails is told once, and goes on by its journal when it is resumed", async () => {
    const { faults } = world.azure.cosmosdb;
    world.azure.topic.onNotice(async ({ type }) => {
      if (type === "stillpoint.restore.started") faults.deny(["Microsoft.DocumentDB/databaseAccounts/write"]);
    });
    await world.request("denied");
    const failed = await world.carryOut("restore-denied-1");
    faults.deny([]);
    world.azure.topic.onNotice(async () => undefined);
    expect(failed).toMatchObject({ kind: "failed", failure: { code: "DATABASE_DENIED" } });
    const run = await world.runOf("denied");
    expect(run).toMatchObject({ state: "failed", failure: { code: "DATABASE_DENIED" } });
    expect(world.told("failed", run.id)).toHaveLength(1);
    await world.post("resume", { run: run.id });
    expect(await world.carryOut("restore-denied-2")).toMatchObject({ kind: "done" });
    expect(world.told("finished", run.id)).toHaveLength(1);
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
    await world.request(id);
    let lives = 0;
    const lifeOf = () => {
      lives++;
      return new DurableLife(dies);
    };
    expect(await world.carryOut(`restore-${id}-1`, { lifeOf })).toMatchObject({ kind: "done" });
    expect(lives).toBeGreaterThan(15);
    const [run, undisturbed] = [await world.runOf(id), await world.runOf("drill-1")];
    expect(run.state).toBe("done");
    expect(anonymous(run)).toEqual(anonymous(undisturbed));
    expect(world.told("finished", run.id).length).toBeGreaterThan(0);
    expect(world.told("failed", run.id)).toEqual([]);
  });

  test("under which new code is deployed goes on by its journal, in an orchestration of that code", async () => {
    await world.request("redeployed");
    let passed = 0;
    const lifeOf = () =>
      new DurableLife((moment) => {
        if (moment === "after restore-step" && passed++ === 8) world.engine.host.deploy(code("2"));
        return false;
      });
    expect(await world.carryOut("restore-redeployed-1", { lifeOf })).toMatchObject({ kind: "done" });
    expect(world.engine.host.instances.filter((id) => id.startsWith("restore-redeployed-"))).toEqual([
      "restore-redeployed-1",
      "restore-redeployed-1-1",
      "restore-redeployed-1-2",
    ]);
    const run = await world.runOf("redeployed");
    expect(anonymous(run)).toEqual(anonymous(await world.runOf("drill-1")));
    expect(world.told("finished", run.id)).toHaveLength(1);
    world.engine.host.deploy(code("1"));
  });

  test("whose orchestrations die again and again is given up, told once, and can be resumed", async () => {
    await world.request("doomed");
    let builds = 0;
    world.engine.hurry(true);
    const lifeOf = () =>
      new DurableLife((moment) => {
        if (moment === "after code-version") world.engine.host.deploy(code(`build ${builds++}`));
        return false;
      });
    expect(await world.carryOut("restore-doomed-1", { lifeOf })).toMatchObject({
      kind: "given-up",
      failure: { code: "TIMED_OUT" },
    });
    world.engine.hurry(false);
    world.engine.host.deploy(code("1"));
    const { id } = await world.runOf("doomed");
    expect(world.told("failed", id)).toEqual([expect.objectContaining({ code: "TIMED_OUT" })]);
    await world.post("resume", { run: id });
    expect(await world.carryOut("restore-doomed-2")).toMatchObject({ kind: "done" });
  });

  test("and what is told of it holds no key", () => {
    const { primaryMasterKey, secondaryMasterKey } = world.azure.cosmosdb.account("ledger").keys;
    const told = [...world.azure.lines, JSON.stringify(world.azure.topic.notices)];
    for (const secret of [primaryMasterKey, secondaryMasterKey, SYSTEM_KEY, "accountKey="])
      expect(told.filter((text) => text.includes(secret))).toEqual([]);
  });
});

/** What came of a run, whatever the names of what it has made. */
function anonymous({ id, result }: PlannedRun): unknown {
  const text = JSON.stringify(result).replaceAll(id, "RUN").replaceAll(id.slice(-8), "TAG");
  return JSON.parse(text.replaceAll(/127\.0\.0\.1:\d+/g, "HOST"));
}
