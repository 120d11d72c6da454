import { afterAll, beforeAll, expect, test } from "vitest";
import { BackupOutput } from "../../../functions/cli/json/backup.ts";
import { StatusOutput } from "../../../functions/cli/json/gates.ts";
import { PlanOutput } from "../../../functions/cli/json/run.ts";
import { ERRORS } from "../../../shared/errors/table.ts";
import { type Ended, stillpoint } from "../../cli/stillpoint.ts";
import { type PoddedWorld, poddedWorld } from "./podded-world.ts";

let world: PoddedWorld;
beforeAll(async () => {
  world = await poddedWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const typed = (...words: string[]): Promise<Ended> =>
  stillpoint(["-c", world.config, ...words], { env: { KUBERNETES_TOKEN: world.token } });

/** A backup in whose pause this happens, before the last instance has confirmed. */
async function backupWhile(happening: () => Promise<unknown>) {
  const [gate] = world.gates;
  if (gate === undefined) throw new Error("there is no gate");
  const pause = gate.pause.bind(gate);
  gate.pause = async (...words) => {
    await happening();
    return pause(...words);
  };
  try {
    const { stdout, stderr } = await typed("backup", "--json");
    expect(stderr).not.toContain("INTERNAL");
    return BackupOutput.parse(JSON.parse(stdout));
  } finally {
    gate.pause = pause;
  }
}

async function reasonsOf(happening: () => Promise<unknown>): Promise<string> {
  const { verdict, reasons, stillPaused } = await backupWhile(happening);
  expect({ verdict, stillPaused }).toEqual({ verdict: "invalid", stillPaused: [] });
  expect(world.gates.map((gate) => gate.checkPaused())).toEqual([false, false]);
  return reasons.join("\n");
}

let point: string;
test("a window in which nothing happened to the pods is valid, whatever is written to them", async () => {
  const result = await backupWhile(async () => {
    await world.release.patchPod("ledger-1", { metadata: { annotations: { looked: "at" } } });
    await world.release.patchStatus("ledger-2", { hostIP: "10.1.0.1" });
  });
  expect(result).toMatchObject({ verdict: "valid", reasons: [], point: { discovery: "kubernetes" } });
  point = result.point?.id ?? "";
});

test("status asks the pods", async () => {
  const { status, stdout } = await typed("status", "--json");
  expect(status).toBe(0);
  const [deployment] = StatusOutput.parse(JSON.parse(stdout)).deployments;
  expect(deployment?.instances).toMatchObject([{ gate: "open" }, { gate: "open" }]);
});

test("a window in which a pod was not Ready for a moment is invalid", async () => {
  const reasons = await reasonsOf(async () => {
    await world.release.setReady("ledger-1", false);
    await world.release.setReady("ledger-1", true);
  });
  expect(reasons).toContain('pod "ledger-1" is not Ready (ContainersNotReady)');
});

test("a window in which a container restarted is invalid, though its gate answers", async () => {
  const reasons = await reasonsOf(() => world.release.restartContainer("ledger-1"));
  expect(reasons).toContain('pod "ledger-1" restarted a container');
});

test("a window in which a pod was relabelled is invalid", async () => {
  const label = (app: string) =>
    world.release.patchPod("ledger-1", { metadata: { labels: { "app.kubernetes.io/app": app } } });
  const reasons = await reasonsOf(() => label("quarantine"));
  expect(reasons).toContain('pod "ledger-1" left the release');
  await label("ledger");
});

test("a window in which a pod was replaced under its name and address is invalid", async () => {
  const reasons = await reasonsOf(async () => {
    await world.release.deletePod("ledger-1", 0);
    await world.release.addPod("ledger-1", "127.0.0.2");
  });
  expect(reasons).toContain('pod "ledger-1" appeared');
  expect(reasons).toMatch(/instance "ledger 127\.0\.0\.2:\d+ uid .*" was gone after the hold/);
});

test("a window in which a pod is being deleted is invalid, and the next backup pauses nothing", async () => {
  const reasons = await reasonsOf(() => world.release.deletePod("ledger-1", 30));
  expect(reasons).toContain('pod "ledger-1" is being deleted');
  const { status, stderr } = await typed("backup");
  expect(status).toBe(ERRORS.INSTANCES_NOT_FOUND.exit);
  expect(stderr).toContain('pod "ledger-1" is being deleted; nothing was paused');
});

test("a restore is refused while a pod is there, though nothing answers any more", async () => {
  await world.stopInstances();
  const planned = await typed("plan", "--point", point, "--json");
  const { plan } = PlanOutput.parse(JSON.parse(planned.stdout));
  const { status, stderr } = await typed("restore", "--plan", plan.run, "--confirm", "payments");
  expect(status).toBe(ERRORS.INSTANCES_RUNNING.exit);
  expect(stderr).toContain('pod "ledger-1", pod "ledger-2" still run');
  expect(stderr).toContain("scale their deployments to 0");
});
