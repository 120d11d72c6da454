import { expect, test } from "vitest";
import type { RestoreEntry } from "../../../shared/databases/cassandra/cassy.ts";
import { knownToCassy } from "../../../shared/deployment/cassandra/plan.ts";
import type { CassySnapshot } from "../../../shared/restore/cassandra/captured.ts";
import { fakeCassy, fakeUploads, NOW_MS, toolsOf } from "../../databases/cassandra/fake-cassy.ts";
import { clusterOf } from "../../databases/cassandra/uploaded-snapshot.ts";

const NODES = ["10.0.0.1", "10.0.0.2"];
const WANTED: CassySnapshot = {
  clusterId: "bank-2",
  snapshotId: "wanted",
  type: "node",
  createdMs: NOW_MS,
  dataDir: "/data",
  bucket: "cassy",
};

/** Every backup has registered the cluster anew, and a restore is listed under the registration of its snapshot. */
function asked(restores: Readonly<Record<string, readonly Partial<RestoreEntry>[]>>) {
  const cassy = fakeCassy(clusterOf(NODES, { ledger: ["asset"] }));
  cassy.registrations.push(
    ...["bank-1", "bank-2", "bank-3"].map((clusterId) => ({
      ...cassy.registration,
      clusterId,
      createdMs: 1,
    })),
    { ...cassy.registration, clusterId: "other-1", nodes: ["10.9.9.9"], createdMs: 1 },
  );
  cassy.restores = async ({ clusterId, snapshotId }) =>
    (restores[clusterId] ?? [])
      .map((entry) => ({
        node: "10.0.0.1",
        snapshotId: "",
        createdMs: 1,
        updatedMs: 1,
        status: "started" as const,
        ...entry,
      }))
      .filter((entry) => entry.snapshotId === (snapshotId ?? entry.snapshotId));
  return knownToCassy(toolsOf(cassy, fakeUploads()), WANTED);
}

test("a restore of another snapshot that is under way on the nodes is known, whatever it is registered as", async () => {
  const { underWay } = await asked({
    "bank-1": [{ snapshotId: "older", node: "10.0.0.2" }, { snapshotId: "older" }],
    "bank-3": [{ snapshotId: "newer", status: "initialized", createdMs: 7 }],
    "other-1": [{ snapshotId: "elsewhere", node: "10.9.9.9" }],
  });
  expect(underWay).toEqual([
    { node: "10.0.0.2", snapshotId: "older", createdMs: 1 },
    { node: "10.0.0.1", snapshotId: "older", createdMs: 1 },
    { node: "10.0.0.1", snapshotId: "newer", createdMs: 7 },
  ]);
});

test("restores that have ended, and those of nodes that are not wanted, are in nobody's way", async () => {
  const { underWay } = await asked({
    "bank-1": [
      { snapshotId: "older", status: "completed" },
      { snapshotId: "older", node: "10.0.0.3" },
    ],
    "bank-2": [{ snapshotId: "wanted", status: "failed" }],
  });
  expect(underWay).toEqual([]);
});
