import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { observeSnapshot } from "../../../shared/deployment/cassandra/observe-snapshot.ts";
import { sweepPauses } from "../../../shared/deployment/sweep-pauses.ts";
import { until } from "../../cli/until.ts";
import { type ObservedDeployment, observedDeployment } from "./observed-deployment.ts";

const LONG_MS = 20_000;
/** As short as pausing, asking and unpausing allow. */
const SHORT_MS = 5_000;

/** Snapshots take as long as those of real nodes: the stand-in's are there at once. */
async function deployment(longestMs = LONG_MS, snapshotMs = 800): Promise<ObservedDeployment> {
  const world = await observedDeployment(longestMs);
  const { snapshotsWaitFor } = world.cassy.faults;
  // Begins when it is asked for.
  snapshotsWaitFor.get = () => delay(snapshotMs);
  return world;
}

const areOpen = ({ gates }: ObservedDeployment) => gates.every((gate) => !gate.checkPaused());
const areShut = ({ gates }: ObservedDeployment) => gates.every((gate) => gate.checkPaused());

async function recordOf({ catalog }: ObservedDeployment) {
  const { records } = await catalog.pauses.list();
  expect(records).toHaveLength(1);
  return records[0] as (typeof records)[number];
}

function reasonsOf({ verdict }: Awaited<ReturnType<ObservedDeployment["backup"]>>): string {
  return verdict.kind === "invalid" ? verdict.reasons.join("; ") : "";
}

test("a healthy pause of Cassy's is observed, and its snapshot is in a pending point", async () => {
  const world = await deployment();
  const { verdict, point, window, heldMs } = await world.backup();
  expect(verdict).toEqual({ kind: "observed" });
  expect(point).toMatchObject({
    basis: "observed",
    artifact: "pending",
    databases: [{ captured: { snapshot: { type: "cluster", bucket: "cassy" } } }],
  });
  const { startMs, endMs } = window ?? { startMs: 0, endMs: 0 };
  expect(endMs - startMs).toBeGreaterThan(150);
  expect(heldMs).toBeGreaterThan(700);
  expect(areOpen(world)).toBe(true);
  expect(await recordOf(world)).toMatchObject({ state: "closed", pauser: "cassy" });
});

test("a sweep that comes inside a healthy pause touches nothing", async () => {
  const world = await deployment(LONG_MS, 1_000);
  const backup = world.backup();
  await until(async () => areShut(world));
  expect(await sweepPauses(world.open())).toMatchObject([{ kind: "not-due" }]);
  expect(areShut(world)).toBe(true);
  expect((await backup).verdict).toEqual({ kind: "observed" });
});

describe.each([
  ["a Pause", "pausesFail"],
  ["an Unpause", "unpausesFail"],
] as const)("where %s of Cassy's fails", (_, fault) => {
  test("what it left paused is opened, no point is recorded, and all of it stays under the sweep", async () => {
    const world = await deployment();
    world.cassy.faults[fault].add(world.applications[0] ?? "");
    const result = await world.backup();
    expect(reasonsOf(result)).toContain("no snapshot was taken");
    expect(reasonsOf(result)).toContain("PauseException");
    expect(result.point).toBeUndefined();
    await until(async () => areOpen(world));
    const { unsettled, state } = await recordOf(world);
    expect({ unsettled, state }).toEqual({ unsettled: world.applications, state: "unsettled" });
  });
});

test("a Cassy that says INTERNAL without a word has paused nobody, and its backup is invalid", async () => {
  const world = await deployment();
  world.cassy.faults.wordless.add("TakeBackup");
  expect((await world.backup()).verdict.kind).toBe("invalid");
  expect(areOpen(world)).toBe(true);
});

test("a node of which Cassy takes no snapshot is not seen here: the bucket has to tell", async () => {
  const world = await deployment();
  world.cassy.faults.snapshotsFail.add("10.0.0.2");
  const { verdict, point } = await world.backup();
  expect({ verdict, artifact: point?.artifact }).toEqual({
    verdict: { kind: "observed" },
    artifact: "pending",
  });
});

test("a Cassy that dies inside its pause leaves nobody paused", async () => {
  const world = await deployment(LONG_MS, 5_000);
  const backup = world.backup();
  await until(async () => areShut(world));
  const diedMs = performance.now();
  await world.cassy.kill();
  await until(async () => areOpen(world));
  expect(performance.now() - diedMs).toBeLessThan(2_000);
  expect(reasonsOf(await backup)).toContain("nobody knows whether a snapshot was taken");
  expect((await recordOf(world)).state).toBe("unsettled");
});

test("a Cassy that hangs with everybody paused holds them no longer than the deadline, and is not believed later", async () => {
  const world = await deployment(SHORT_MS, 6_000);
  const result = await world.backup();
  const { deadlineMs, state } = await recordOf(world);
  expect(areOpen(world)).toBe(true);
  expect(Date.now()).toBeLessThan(deadlineMs + 500);
  expect(state).toBe("unsettled");
  expect(reasonsOf(result)).toContain("nobody knows");
  await until(async () => (await world.keys()).length > 0);
  expect(areOpen(world)).toBe(true);
  expect((await world.catalog.points.list()).records).toEqual([]);
});

test("an interruption opens everything, and says that it was one", async () => {
  const world = await deployment(LONG_MS, 10_000);
  const interruption = new AbortController();
  const backup = world.backup(interruption.signal);
  await until(async () => areShut(world));
  interruption.abort();
  expect((await backup).failure?.code).toBe("INTERRUPTED");
  expect(areOpen(world)).toBe(true);
});

test("where Cassy dies inside its pause and we with it, one sweep after the deadline opens everything", async () => {
  const world = await deployment(SHORT_MS, 60_000);
  const open = world.open();
  await open.catalog.pauses.create({
    schema: 1,
    id: "pause-payments",
    deployment: "payments",
    openedMs: Date.now(),
    deadlineMs: Date.now() + SHORT_MS,
    drainWaitMs: 30_000,
    rpcDeadlineMs: 500,
    instances: [...world.instances],
    basis: "list",
    state: "open",
    unsettled: [...world.applications],
    seenOpen: {},
    pauser: "cassy",
  });
  // Whoever recorded it and asked Cassy is never heard of again.
  await open.database("main").capture();
  const wish = { database: "main", instances: world.instances, withinMs: LONG_MS, deadlineMs: 500 };
  const dead = new AbortController();
  void observeSnapshot(open, wish, dead.signal);
  await until(async () => areShut(world));
  await world.cassy.kill();
  dead.abort();
  expect(await sweepPauses(world.open())).toMatchObject([{ kind: "not-due" }]);
  expect(areShut(world)).toBe(true);
  await delay((await recordOf(world)).deadlineMs + 1 - Date.now());
  const beganMs = performance.now();
  const [swept] = await sweepPauses(world.open());
  const tookMs = performance.now() - beganMs;
  expect(swept).toMatchObject({ kind: "unsettled", unpaused: world.applications });
  expect(areOpen(world)).toBe(true);
  expect(tookMs).toBeLessThan(2_000);
});
