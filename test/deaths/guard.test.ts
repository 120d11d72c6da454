import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StatusOutput } from "../../functions/cli/json/gates.ts";
import { FailureOutput } from "../../functions/cli/json/output.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { guardsIn, isAlive } from "../cli/guards.ts";
import { childOf, olderNode } from "../cli/older-node.ts";
import type { Starting } from "../cli/stillpoint.ts";
import { until } from "../cli/until.ts";
import { accidentProne } from "./accident-prone.ts";
import { openFrom } from "./true-gate.ts";
import {
  areOpen,
  areShut,
  type Database,
  type Instances,
  isSettled,
  newWorld,
  ONE_SWEEP_MS,
  startDatabase,
  untilShut,
  type World,
} from "./world.ts";

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
}, 30_000);
afterAll(() => database[Symbol.asyncDispose]());

async function guardsAlive({ catalog }: World): Promise<readonly number[]> {
  return (await guardsIn(catalog)).filter(isAlive);
}

async function expectOpenAtDeadline(world: World, instances: Instances): Promise<void> {
  const [{ deadlineMs } = { deadlineMs: 0 }] = await world.records();
  await until(() => areOpen(instances));
  const opened = Math.max(...instances.gates.map((gate) => openFrom(gate, deadlineMs)));
  expect(opened - deadlineMs).toBeLessThan(ONE_SWEEP_MS);
  await until(() => isSettled(world));
  await until(async () => (await guardsAlive(world)).length === 0);
}

const older = olderNode();

// Mostly they wait.
describe.concurrent("the guard of a backup", () => {
  test("is named by the backup, and ends with it", async (context) => {
    const { world } = await newWorld(context, database);
    const { stdout, status } = await world.startUnhurried("backup").ended;
    expect(status).toBe(0);
    const [guard] = await guardsIn(world.catalog);
    expect(stdout).toContain(`process ${guard} of this host opens what is overdue`);
    expect(stdout).toMatch(/none on another host is known.*\n?.*stillpoint sweep --watch/);
    await until(async () => (await guardsAlive(world)).length === 0);
    const asked = await world.start("status", "--json").ended;
    const { sweeps } = StatusOutput.parse(JSON.parse(asked.stdout));
    expect(sweeps).toMatchObject([{ kind: "guard", process: guard, state: "ended" }]);
  });

  test("is named beside the watch of another host", async (context) => {
    const { world } = await newWorld(context, database);
    const sign = {
      host: "ops-2",
      process: 7,
      of: { kind: "watch" },
      sinceMs: Date.now(),
      intervalMs: 60_000,
    } as const;
    await world.catalog.sweeps.begin(sign, Date.now());
    const { stdout } = await world.startUnhurried("backup").ended;
    expect(stdout).toContain("watch on ops-2 (process 7) would do so too if this host died");
  });

  test.for([
    { guard: "dies", says: "ended at once with status 9" },
    { guard: "hangs", says: "gave no sign of life within 10 s" },
  ] as const)("lets nothing be paused where it $guard at its start", async ({ guard, says }, context) => {
    const { instances, world } = await newWorld(context, database);
    const { stdout, status } = await world.startIn(accidentProne(guard), "backup", "--json").ended;
    const { error } = FailureOutput.parse(JSON.parse(stdout));
    expect(error.code).toBe("GUARD_NOT_STARTED");
    expect(error.message).toContain(says);
    expect(status).toBe(ERRORS.GUARD_NOT_STARTED.exit);
    expect(instances.gates.map(({ moments }) => moments)).toEqual([[], []]);
    expect(await world.records()).toEqual([]);
    expect((await world.catalog.lease("payments"))?.holder).toBeUndefined();
  });

  test("is not reached by what kills the backup's whole process group", async (context) => {
    const { instances, world } = await newWorld(context, database);
    const backup = world.startIn({ detached: true }, "backup");
    await untilShut(backup, instances);
    process.kill(-Number(backup.child.pid), "SIGKILL");
    await backup.ended;
    expect(areShut(instances)).toBe(true);
    await expectOpenAtDeadline(world, instances);
  });

  test.skipIf(older === undefined)(
    "has nothing to do where the launcher of an older Node is killed, since its command ends in good order",
    async (context) => {
      const { instances, world } = await newWorld(context, database);
      const launcher = world.startIn({ ...older, detached: true } as Starting, "backup");
      await untilShut(launcher, instances);
      const lease = await world.catalog.lease("payments");
      expect(lease?.holder?.kind).toBe("backup");
      // The launcher's child is in a session of its own: it hears that the launcher died, and ends in good order.
      process.kill(-Number(launcher.child.pid), "SIGKILL");
      const { stderr } = await launcher.ended;
      expect(stderr).toContain("Interrupted: whatever is paused is unpaused first");
      expect(areShut(instances)).toBe(false);
      await until(async () => (await guardsAlive(world)).length === 0);
    },
  );

  test.skipIf(older === undefined)(
    "outlives a command that is killed behind such a launcher",
    async (context) => {
      const { instances, world } = await newWorld(context, database);
      const launcher = world.startIn(older as Starting, "backup");
      await untilShut(launcher, instances);
      process.kill(childOf(Number(launcher.child.pid)), "SIGKILL");
      expect((await launcher.ended).signal).toBe("SIGKILL");
      await expectOpenAtDeadline(world, instances);
    },
  );

  test("keeps what it was started with, though the configuration is gone", async (context) => {
    const { instances, world } = await newWorld(context, database);
    const backup = world.start("backup");
    await untilShut(backup, instances);
    await rm(world.config);
    backup.child.kill("SIGKILL");
    await expectOpenAtDeadline(world, instances);
  });

  test("ends where its catalog is gone, and does not make it anew", async (context) => {
    const { instances, world } = await newWorld(context, database);
    const backup = world.start("backup", "--json");
    await untilShut(backup, instances);
    const guards = await guardsAlive(world);
    expect(guards).toHaveLength(1);
    await rm(join(world.folder, "catalog"), { recursive: true, maxRetries: 3 });
    const { stdout } = await backup.ended;
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "invalid", stillPaused: [] });
    await until(() => !guards.some(isAlive));
    expect((await world.catalog.sweeps.list()).records).toEqual([]);
  });

  test("ends in good order when it is asked to, and leaves the record to whoever sweeps next", async (context) => {
    const { instances, world } = await newWorld(context, database);
    const backup = world.startUnhurried("backup");
    await untilShut(backup, instances);
    const [guard = 0] = await guardsAlive(world);
    process.kill(guard, "SIGTERM");
    await until(() => !isAlive(guard));
    expect((await world.catalog.sweeps.list()).records).toMatchObject([{ endedMs: expect.any(Number) }]);
    expect(areShut(instances)).toBe(true);
    expect((await backup.ended).status).toBe(0);
  });
});
