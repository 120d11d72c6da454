import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type ComponentSource, discover } from "../../../shared/admin/discovery.ts";
import { Releases } from "../../../shared/admin/kubernetes/releases.ts";
import { type LocalCluster, localCluster } from "./local-cluster.ts";
import { type ReleaseWorld, releaseWorld } from "./release-world.ts";

let cluster: LocalCluster;
let world: ReleaseWorld;
let releases: Releases;
beforeAll(async () => {
  cluster = await localCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await releaseWorld(cluster, 50053);
  await world.addPod("ledger-1", "10.0.0.1");
  await world.addPod("ledger-2", "10.0.0.2");
  releases = new Releases(() => []);
});
afterEach(() => releases.close());

const look = () => discover([world.component()], { releases });

test("pods are found with their admin port and what they are", async () => {
  const { instances, basis, disagreement } = await look();
  expect({ basis, disagreement }).toEqual({ basis: "kubernetes", disagreement: undefined });
  expect(instances).toMatchObject([
    {
      component: "ledger",
      host: "10.0.0.1",
      port: 50053,
      pod: { name: "ledger-1", server: cluster.endpoint },
    },
    {
      component: "ledger",
      host: "10.0.0.2",
      port: 50053,
      pod: { name: "ledger-2", namespace: world.namespace },
    },
  ]);
  expect(instances[0]?.uid).toMatch(/^[0-9a-f-]{36} ledger#0:[0-9a-f]{12}$/);
});

test("pods that are coming or going are refused before anything is paused, all at once", async () => {
  await world.addPod("ledger-3");
  await world.setReady("ledger-2", false);
  await world.deletePod("ledger-1", 30);
  expect((await look()).disagreement).toBe(
    'pod "ledger-1" is being deleted; pod "ledger-2" is not Ready (ContainersNotReady); pod "ledger-3" has no address (Pending)',
  );
});

test("for a restore every pod counts that is there or will be", async () => {
  await world.addPod("ledger-3");
  await world.deletePod("ledger-1", 30);
  const { instances, unaddressed } = await discover([world.component()], { releases, ifNone: "accept" });
  expect(instances.map(({ host }) => host)).toEqual(["10.0.0.1", "10.0.0.2"]);
  expect(unaddressed).toEqual(["ledger-3"]);
});

test("a release without pods is refused for a backup, and nothing for a restore", async () => {
  const none = world.component({ release: "nobody" });
  await expect(discover([none], { releases })).rejects.toMatchObject({
    code: "INSTANCES_NOT_FOUND",
    message: `Cannot find the instances of "ledger": release "nobody" in namespace "${world.namespace}" has no running pods of "ledger" (label app.kubernetes.io/app), and no others`,
  });
  const other = new Releases(() => []);
  expect((await discover([none], { releases: other, ifNone: "accept" })).instances).toEqual([]);
  other.close();
});

test("a component of the wrong kind is told what the release has", async () => {
  const wrong: ComponentSource = { ...world.component(), kind: "scalardb-cluster" };
  await expect(discover([wrong], { releases })).rejects.toThrow(
    'has no running pods of "scalardb-cluster" (label app.kubernetes.io/app), only of "ledger"',
  );
});

test("a port that the service names is looked up at the pods", async () => {
  world = await releaseWorld(cluster, "admin");
  await world.addPod("ledger-1", "10.0.0.1");
  expect((await look()).instances).toMatchObject([{ port: 50053 }]);
});
