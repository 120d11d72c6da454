import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { FailureOutput } from "../../functions/cli/json/output.ts";
import { until } from "../cli/until.ts";
import { openFrom } from "./true-gate.ts";
import {
  areOpen,
  type Database,
  isSettled,
  newWorld,
  ONE_SWEEP_MS,
  startDatabase,
  untilShut,
} from "./world.ts";

/** A file system of a megabyte, which only root can have. */
function mountSmall(folder: string): (() => void) | undefined {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], { stdio: "ignore" });
    return () => execFileSync("umount", [folder]);
  } catch {
    return undefined;
  }
}

/** Takes all the room there is; the answer gives it back. */
function fillUp(folder: string): () => void {
  const file = join(folder, "fill");
  const fill = openSync(file, "w");
  try {
    for (;;) writeSync(fill, Buffer.alloc(4_096, "x"));
  } catch {
    closeSync(fill);
  }
  return () => rmSync(file);
}

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
}, 30_000);
afterAll(() => database[Symbol.asyncDispose]());

/** A world whose catalog is on such a disk; the test is skipped where there cannot be one. */
async function onSmallDisk(context: TestContext) {
  const disk = await mkdtemp(join(tmpdir(), "stillpoint-disk-"));
  const unmount = mountSmall(disk);
  // Called in reverse order: after the world has gone.
  context.onTestFinished(async () => {
    unmount?.();
    await rmdir(disk);
  });
  context.skip(unmount === undefined, "only root can mount a small file system");
  return { disk, ...(await newWorld(context, database, { catalog: disk })) };
}

// Mostly they wait.
describe.concurrent("a full disk", () => {
  test("a disk that is full already lets nothing be paused", async (context) => {
    const { disk, instances, world } = await onSmallDisk(context);
    fillUp(disk);
    const { stdout } = await world.start("backup", "--json").ended;
    const { error } = FailureOutput.parse(JSON.parse(stdout));
    expect(error.code).toBe("CATALOG_UNREADABLE");
    expect(instances.gates.map(({ moments }) => moments)).toEqual([[], []]);
  });

  test("a disk that fills up during a pause costs the point, and keeps no gate closed", async (context) => {
    const { disk, instances, world } = await onSmallDisk(context);
    const backup = world.start("backup", "--json");
    await untilShut(backup, instances);
    const free = fillUp(disk);
    const { stdout } = await backup.ended;
    expect(instances.gates.map(({ gate }) => gate.checkPaused())).toEqual([false, false]);
    const { verdict, reasons, stillPaused } = BackupOutput.parse(JSON.parse(stdout));
    expect({ verdict, stillPaused }).toEqual({ verdict: "invalid", stillPaused: [] });
    expect(reasons.join("\n")).toContain("the catalog did not take the verdict");
    free();
    await until(() => isSettled(world));
    expect((await world.catalog.points.list()).records).toEqual([]);
  });

  test("a guard on a full disk opens what a killed backup left, and writes it down once there is room", async (context) => {
    const { disk, instances, world } = await onSmallDisk(context);
    const backup = world.start("backup");
    await untilShut(backup, instances);
    const free = fillUp(disk);
    backup.child.kill("SIGKILL");
    const [{ deadlineMs, state } = { deadlineMs: 0, state: "none" }] = await world.records();
    expect(state).toBe("open");
    await until(() => areOpen(instances));
    const opened = Math.max(...instances.gates.map((gate) => openFrom(gate, deadlineMs)));
    expect(opened - deadlineMs).toBeLessThan(ONE_SWEEP_MS);
    expect((await world.records()).map((record) => record.state)).toEqual(["open"]);
    free();
    await until(() => isSettled(world));
  });
});
