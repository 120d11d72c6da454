import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { until } from "../cli/until.ts";
import { expectTrueWindows } from "./kills.ts";
import { type Line, lineTo } from "./network.ts";
import { openFrom } from "./true-gate.ts";
import {
  areOpen,
  type Database,
  type Instances,
  isSettled,
  ONE_SWEEP_MS,
  startDatabase,
  startInstances,
  startWorld,
  untilShut,
  type World,
} from "./world.ts";

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
}, 30_000);
afterAll(() => database[Symbol.asyncDispose]());

interface Wired {
  readonly instances: Instances;
  readonly lines: readonly [Line, Line];
  readonly world: World;
}

/** Backup and guard reach each instance over a line of its own. */
async function wired({ onTestFinished }: TestContext): Promise<Wired> {
  const instances = await startInstances();
  const lines = (await Promise.all(instances.addresses.map(lineTo))) as [Line, Line];
  const world = await startWorld(
    database,
    lines.map(({ address }) => address),
  );
  onTestFinished(async () => {
    await world[Symbol.asyncDispose]();
    await Promise.all(lines.map((line) => line.close()));
    await instances[Symbol.asyncDispose]();
  });
  return { instances, lines, world };
}

const resultOf = ({ stdout }: { stdout: string }) => BackupOutput.parse(JSON.parse(stdout));

async function expectSettled({ instances, world }: Wired): Promise<void> {
  await until(() => isSettled(world));
  expect(areOpen(instances)).toBe(true);
  await expectTrueWindows(world, instances.gates);
}

// Mostly they wait.
describe.concurrent("a network", () => {
  test("that delays everything costs time, and no truth", async (context) => {
    const tried = await wired(context);
    for (const line of tried.lines) line.become({ delayMs: 25 });
    const result = resultOf(await tried.world.startUnhurried("backup", "--json").ended);
    expect(result).toMatchObject({ verdict: "valid", reasons: [], stillPaused: [] });
    await expectSettled(tried);
  });

  test("that cuts the connections during the hold is dialled again, and the gates say that they stayed shut", async (context) => {
    const tried = await wired(context);
    const backup = tried.world.start("backup", "--json");
    await untilShut(backup, tried.instances);
    for (const line of tried.lines) line.cut();
    const result = resultOf(await backup.ended);
    expect(result.stillPaused).toEqual([]);
    await expectSettled(tried);
  });

  test("that loses the answer to a Pause leaves the outcome unknown, and the record to the sweep", async (context) => {
    const tried = await wired(context);
    const { instances, lines, world } = tried;
    const [draining] = instances.gates;
    await draining?.gate.letIn();
    const backup = world.start("backup", "--json");
    await until(() => draining?.gate.checkPaused() === true);
    lines[0].become({ back: "lost" });
    draining?.gate.letOut();
    await until(() => draining?.moments.some(({ kind }) => kind === "drained") === true);
    await until(
      async () => (await world.records()).some(({ state }) => state !== "open") || areOpen(instances),
    );
    lines[0].become({});
    const result = resultOf(await backup.ended);
    expect(result.verdict).toBe("invalid");
    expect(result.reasons.join("\n")).toContain(`"${lines[0].address}"`);
    await expectSettled(tried);
  });

  test("that loses every answer from the hold on leaves an instance to the guard, and the backup says so", async (context) => {
    const tried = await wired(context);
    const { instances, lines, world } = tried;
    const backup = world.start("backup", "--json");
    await untilShut(backup, instances);
    lines[0].become({ back: "lost" });
    const result = resultOf(await backup.ended);
    expect(result).toMatchObject({ verdict: "invalid", stillPaused: [lines[0].address] });
    expect(result.error?.code).toBe("STILL_PAUSED");
    const backMs = Date.now();
    lines[0].become({});
    await until(() => areOpen(instances));
    expect(Math.max(...instances.gates.map((gate) => openFrom(gate, backMs))) - backMs).toBeLessThan(
      ONE_SWEEP_MS,
    );
    await expectSettled(tried);
  });

  test("that is gone until after the deadline keeps one instance shut, which opens one sweep after it is back", async (context) => {
    const tried = await wired(context);
    const { instances, lines, world } = tried;
    const [cutOff, reachable] = instances.gates;
    const backup = world.start("backup");
    await untilShut(backup, instances);
    lines[0].become({ there: "lost" });
    backup.child.kill("SIGKILL");
    const [{ deadlineMs } = { deadlineMs: 0 }] = await world.records();
    // It accepts and never answers, and must not delay the other one.
    await until(() => reachable?.gate.checkPaused() === false);
    expect(reachable && openFrom(reachable, deadlineMs) - deadlineMs).toBeLessThan(ONE_SWEEP_MS);
    await until(() => Date.now() > deadlineMs + 2_000);
    expect(cutOff?.gate.checkPaused()).toBe(true);
    const told = `"${lines[0].address}" of "payments" may still be paused`;
    await until(async () =>
      (await world.catalog.sweeps.list()).records.some(({ trouble }) => trouble === told),
    );
    const { stdout } = await world.start("status").ended;
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(`its last round: ${told}`);
    const backMs = Date.now();
    lines[0].become({});
    await until(() => areOpen(instances));
    expect(cutOff && openFrom(cutOff, backMs) - backMs).toBeLessThan(ONE_SWEEP_MS);
    await expectSettled(tried);
  });
});
