import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Releases } from "../../../shared/admin/kubernetes/releases.ts";
import type { Instance } from "../../../shared/pause/instance.ts";
import { accountWith } from "./account.ts";
import { type CuttableLine, cuttableLine } from "./cuttable-line.ts";
import { type LocalCluster, localCluster } from "./local-cluster.ts";
import { type ReleaseWorld, releaseWorld } from "./release-world.ts";
import { lookAt } from "./two-looks.ts";

let cluster: LocalCluster;
let world: ReleaseWorld;
let recorded: Instance;
beforeAll(async () => {
  cluster = await localCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await releaseWorld(cluster, 50053);
  await world.addPod("ledger-1", "10.0.0.1");
  recorded = await recordedBy({});
});

async function recordedBy(change: Parameters<ReleaseWorld["component"]>[0]): Promise<Instance> {
  const looking = await lookAt(world, change);
  looking.close();
  const [instance] = looking.before.instances;
  if (instance === undefined) throw new Error("nothing was found");
  return instance;
}

async function whereabouts(change: Parameters<ReleaseWorld["component"]>[0] = {}) {
  const releases = new Releases(() => [world.component(change)]);
  try {
    return (await releases.whereabouts([recorded]))[0];
  } finally {
    releases.close();
  }
}

test("a pod that was only written to is there", async () => {
  await world.patchPod("ledger-1", { metadata: { annotations: { looked: "at" } } });
  await world.setReady("ledger-1", false);
  expect(await whereabouts()).toEqual({ kind: "there", instance: recorded });
});

test("a pod that is being deleted is there as long as it runs", async () => {
  await world.deletePod("ledger-1", 30);
  expect(await whereabouts()).toMatchObject({ kind: "there" });
});

test("a pod that was deleted is gone, whoever has its address", async () => {
  await world.deletePod("ledger-1", 0);
  await world.addPod("ledger-2", "10.0.0.1");
  expect(await whereabouts()).toMatchObject({
    kind: "gone",
    message: expect.stringContaining("exists no more"),
  });
});

test("a pod that was replaced under its name is gone", async () => {
  await world.deletePod("ledger-1", 0);
  await world.addPod("ledger-1", "10.0.0.1");
  expect(await whereabouts()).toMatchObject({ kind: "gone" });
});

test("a pod is there though its container was restarted, perhaps before our Pause reached it", async () => {
  await world.restartContainer("ledger-1");
  expect(await whereabouts()).toMatchObject({ kind: "there" });
});

test("an account that may not ask does not know", async () => {
  const token = await accountWith(cluster, world.namespace, []);
  const access = {
    kind: "token",
    endpoint: cluster.endpoint,
    ca: { file: cluster.ca },
    token: { value: token },
  };
  expect(await whereabouts({ cluster: access } as Parameters<typeof whereabouts>[0])).toMatchObject({
    kind: "unknown",
    message: expect.stringContaining('cannot get resource "pods"'),
  });
});

test("an API server that was not the one before does not know", async () => {
  await using line: CuttableLine = await cuttableLine(cluster.endpoint);
  const file = await cluster.kubeconfigBy(line.endpoint);
  expect(await whereabouts({ cluster: { kind: "kubeconfig", file } })).toMatchObject({
    kind: "unknown",
    message: expect.stringContaining(`the one that is asked is "${line.endpoint}"`),
  });
});

test("an API server that is away does not know", async () => {
  const line = await cuttableLine(cluster.endpoint);
  const access = { kind: "kubeconfig", file: await cluster.kubeconfigBy(line.endpoint) } as const;
  recorded = await recordedBy({ cluster: access });
  await line[Symbol.asyncDispose]();
  expect(await whereabouts({ cluster: access })).toMatchObject({
    kind: "unknown",
    message: expect.stringContaining("nothing listens there"),
  });
});

test("what is no pod is where it was recorded, and a component that is gone is asked nobody", async () => {
  const listed = { component: "ledger", host: "10.0.0.9", port: 1 };
  expect(await new Releases(() => []).whereabouts([listed, recorded])).toMatchObject([
    { kind: "there", instance: listed },
    { kind: "unknown" },
  ]);
});
