import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type LocalCluster, localCluster } from "./local-cluster.ts";
import { type ReleaseWorld, releaseWorld } from "./release-world.ts";
import { type Looking, lookAt } from "./two-looks.ts";

let cluster: LocalCluster;
let world: ReleaseWorld;
let looking: Looking;
beforeAll(async () => {
  cluster = await localCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await releaseWorld(cluster, 50053);
  await world.addPod("ledger-1", "10.0.0.1");
  await world.addPod("ledger-2", "10.0.0.2");
  looking = await lookAt(world);
});
afterEach(() => looking.close());

/** What speaks against a window in which this happened. */
async function reasonsAfter(happening: () => Promise<unknown>): Promise<string> {
  expect(looking.before.disagreement).toBeUndefined();
  await happening();
  return looking.reasons();
}

test("a quiet window has nothing against it, and both discoveries are quick", async () => {
  const startedMs = performance.now();
  expect(await looking.reasons()).toBe("");
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});

test("what is written to a pod and changes nothing about it does not spoil a window", async () => {
  const reasons = await reasonsAfter(async () => {
    await world.patchPod("ledger-1", { metadata: { annotations: { looked: "at" } } });
    await world.patchStatus("ledger-2", { hostIP: "10.1.0.1" });
  });
  expect(reasons).toBe("");
});

test("a pod that was replaced under its own name is told", async () => {
  const reasons = await reasonsAfter(async () => {
    await world.deletePod("ledger-1", 0);
    await world.addPod("ledger-1", "10.0.0.1");
  });
  expect(reasons).toContain('pod "ledger-1" appeared');
  expect(reasons).toMatch(/pod "ledger-1" (was deleted|left the release)/);
  expect(reasons).toMatch(/instance "ledger 10\.0\.0\.1:50053 uid .*" was gone after the hold/);
});

test("a pod that is being deleted is told, though it stays Ready", async () => {
  const reasons = await reasonsAfter(() => world.deletePod("ledger-1", 30));
  expect(reasons).toContain('pod "ledger-1" is being deleted');
});

test("a container that restarted is told", async () => {
  const reasons = await reasonsAfter(() => world.restartContainer("ledger-1"));
  expect(reasons).toMatch(/pod "ledger-1" restarted a container \(".*#0:.*" is now ".*#1:.*"\)/);
});

test("a pod that was not Ready for a moment is told", async () => {
  const reasons = await reasonsAfter(async () => {
    await world.setReady("ledger-1", false);
    await world.setReady("ledger-1", true);
  });
  expect(reasons).toContain('pod "ledger-1" is not Ready (ContainersNotReady)');
});

test("a pod that was relabelled for a moment is told", async () => {
  const label = "app.kubernetes.io/app";
  const reasons = await reasonsAfter(async () => {
    await world.patchPod("ledger-1", { metadata: { labels: { [label]: "quarantine" } } });
    await world.patchPod("ledger-1", { metadata: { labels: { [label]: "ledger" } } });
  });
  expect(reasons).toContain('pod "ledger-1" left the release: it was deleted, or its labels match no more');
  expect(reasons).toContain('pod "ledger-1" appeared');
});

test("a pod that came and went again is told", async () => {
  const reasons = await reasonsAfter(async () => {
    await world.addPod("ledger-3", "10.0.0.3");
    await world.deletePod("ledger-3", 0);
  });
  expect(reasons).toContain('pod "ledger-3" appeared');
});

test("an evicted pod that lingers is none", async () => {
  await world.addPod("ledger-0");
  await world.patchStatus("ledger-0", { phase: "Failed", reason: "Evicted" });
  looking.close();
  looking = await lookAt(world);
  const reasons = await reasonsAfter(() => world.deletePod("ledger-0", 0));
  expect(reasons).toBe("");
});
