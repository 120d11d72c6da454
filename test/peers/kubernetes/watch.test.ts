import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type CuttableLine, cuttableLine } from "./cuttable-line.ts";
import { type LocalCluster, localCluster } from "./local-cluster.ts";
import { type ReleaseWorld, releaseWorld } from "./release-world.ts";
import { type Looking, lookAt } from "./two-looks.ts";

let cluster: LocalCluster;
let line: CuttableLine;
let kubeconfig: string;
let world: ReleaseWorld;
let looking: Looking;
beforeAll(async () => {
  cluster = await localCluster();
  line = await cuttableLine(cluster.endpoint);
  kubeconfig = await cluster.kubeconfigBy(line.endpoint);
});
afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});
beforeEach(async () => {
  world = await releaseWorld(cluster, 50053);
  await world.addPod("ledger-1", "10.0.0.1");
  await world.addPod("ledger-2", "10.0.0.2");
  looking = await lookAt(world, { cluster: { kind: "kubeconfig", file: kubeconfig } });
});
afterEach(() => looking.close());

async function blink(): Promise<void> {
  await world.setReady("ledger-1", false);
  await world.setReady("ledger-1", true);
}

async function restart(...flags: readonly string[]): Promise<void> {
  await cluster.kill();
  await cluster.start(...flags);
}

const UNREADY = 'pod "ledger-1" is not Ready (ContainersNotReady)';
const UNSEEN =
  "what happened to the pods was not seen throughout: the API server had forgotten a part of it (410)";

test("a watch that breaks goes on where it was", async () => {
  line.cut();
  line.mend();
  expect(await looking.reasons()).toBe("");
});

test("what happened while a watch was broken is told afterwards", async () => {
  line.cut();
  await blink();
  line.mend();
  expect(await looking.reasons()).toContain(UNREADY);
});

test("what happened while the connection had fallen silent is told too", async () => {
  line.silence();
  await blink();
  expect(await looking.reasons()).toContain(UNREADY);
});

test("an API server that is restarted, gently or not, is survived when nothing was lost", async () => {
  await cluster.stop();
  await cluster.start();
  expect(await looking.reasons()).toBe("");
  await restart();
  expect(await looking.reasons()).toBe("");
});

test("an API server that is away when the second discovery begins is waited for", async () => {
  line.cut();
  const [reasons] = await Promise.all([looking.reasons(), line.refused().then(() => line.mend())]);
  expect(reasons).toBe("");
});

test("what happened before an API server was restarted, and nobody saw, speaks against the window", async () => {
  line.cut();
  await blink();
  await restart();
  line.mend();
  expect(await looking.reasons()).toContain(UNSEEN);
});

test("a change of the deployment that nobody saw speaks against the window too", async () => {
  line.cut();
  await world.patchDeployment({ spec: { replicas: 3 } });
  await restart();
  line.mend();
  expect(await looking.reasons()).toContain(UNSEEN);
});

test("a watch that has expired goes on from the list only when nothing happened meanwhile", async () => {
  // Without the cache a watch is etcd's own, and expires with the versions that etcd keeps.
  await restart("--watch-cache=false");
  expect(await looking.reasons()).toBe("");
  line.cut();
  await blink();
  await cluster.compact();
  line.mend();
  expect(await looking.reasons()).toContain(UNSEEN);
  await restart();
});

test("an API server that is gone is given up soon", async () => {
  await cluster.kill();
  const startedMs = performance.now();
  await expect(looking.reasons()).rejects.toMatchObject({ code: "INSTANCES_NOT_FOUND" });
  expect(performance.now() - startedMs).toBeLessThan(4_000);
  await cluster.start();
});

test("an API server that does not answer is given up soon", async () => {
  cluster.suspend();
  const startedMs = performance.now();
  await expect(looking.reasons()).rejects.toThrow(/Cannot watch the pods of release "payments"/);
  expect(performance.now() - startedMs).toBeLessThan(4_000);
  cluster.resume();
  await vi.waitFor(async () => expect(await looking.reasons()).toBe(""), { timeout: 20_000 });
});
