import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { FailureOutput } from "../../functions/cli/json/output.ts";
import { newFolder } from "../catalog/folder.ts";
import { until } from "../cli/until.ts";
import { openFrom } from "./true-gate.ts";
import {
  areShut,
  type Database,
  type Instances,
  ONE_SWEEP_MS,
  startDatabase,
  startInstances,
  startWorld,
  type World,
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
let instances: Instances;
beforeAll(async () => {
  database = await startDatabase();
  instances = await startInstances();
}, 30_000);
afterAll(async () => {
  await instances[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function onSmallDisk(
  skip: (why: string) => void,
  tell: (world: World, disk: string) => Promise<void>,
): Promise<void> {
  const disk = join(await newFolder(), "catalog");
  mkdirSync(disk);
  const unmount = mountSmall(disk);
  if (unmount === undefined) return skip("only root can mount a small file system");
  try {
    await using world = await startWorld(database, instances.addresses, { catalog: disk });
    await tell(world, disk);
  } finally {
    unmount();
  }
}

test("a disk that is full already lets nothing be paused", async ({ skip }) => {
  await onSmallDisk(skip, async (world, disk) => {
    fillUp(disk);
    const { stdout } = await world.start("backup", "--json").ended;
    const { error } = FailureOutput.parse(JSON.parse(stdout));
    expect(error.code).toBe("CATALOG_UNREADABLE");
    expect(instances.gates.map(({ moments }) => moments)).toEqual([[], []]);
  });
});

test("a disk that fills up during a pause costs the point, and keeps no gate closed", async ({ skip }) => {
  await onSmallDisk(skip, async (world, disk) => {
    const backup = world.start("backup", "--json");
    await until(() => areShut(instances));
    const free = fillUp(disk);
    const { stdout } = await backup.ended;
    expect(instances.gates.map(({ gate }) => gate.checkPaused())).toEqual([false, false]);
    const { verdict, reasons, stillPaused } = BackupOutput.parse(JSON.parse(stdout));
    expect({ verdict, stillPaused }).toEqual({ verdict: "invalid", stillPaused: [] });
    expect(reasons.join("\n")).toContain("the catalog did not take the verdict");
    free();
    await until(async () => (await world.records()).every(({ state }) => state === "closed"));
    expect((await world.catalog.points.list()).records).toEqual([]);
  });
});

test("a guard on a full disk opens what a killed backup left, and writes it down once there is room", async ({
  skip,
}) => {
  await onSmallDisk(skip, async (world, disk) => {
    const backup = world.start("backup");
    await until(() => areShut(instances));
    const free = fillUp(disk);
    backup.child.kill("SIGKILL");
    const [{ deadlineMs, state } = { deadlineMs: 0, state: "none" }] = await world.records();
    expect(state).toBe("open");
    await until(() => instances.gates.every(({ gate }) => !gate.checkPaused()));
    const opened = Math.max(...instances.gates.map((gate) => openFrom(gate, deadlineMs)));
    expect(opened - deadlineMs).toBeLessThan(ONE_SWEEP_MS);
    expect((await world.records()).map((record) => record.state)).toEqual(["open"]);
    free();
    await until(async () => (await world.records()).every((record) => record.state === "closed"));
  });
});
