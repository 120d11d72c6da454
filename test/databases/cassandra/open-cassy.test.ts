import { expect, test, vi } from "vitest";
import { OperationStatus } from "../../../shared/gen/cassy_pb.ts";
import { answering, RESTORE, STARTED, TAKE } from "./cassy-servers.ts";

test("a registration is read as it is on the wire", async () => {
  const client = await answering({
    registerCluster: ({ cassandraHost }) => ({
      clusterId: "ledger-1",
      clusterName: cassandraHost,
      targetIps: ["10.0.0.1", "10.0.0.2"],
      keyspaces: ["system", "bank"],
      dataDir: "/var/lib/cassandra/data",
    }),
  });
  expect(await client.register("10.0.0.1")).toEqual({
    clusterId: "ledger-1",
    clusterName: "10.0.0.1",
    nodes: ["10.0.0.1", "10.0.0.2"],
    keyspaces: ["system", "bank"],
    dataDir: "/var/lib/cassandra/data",
  });
});

test("a registration without an id or nodes is no registration", async () => {
  const client = await answering({ registerCluster: () => ({ clusterName: "ledger" }) });
  await expect(client.register("10.0.0.1")).rejects.toMatchObject({ code: "DATABASE_REFUSED" });
});

test("clusters are listed newest first, whatever their order, up to the limit that Cassy is told", async () => {
  const asked = vi.fn();
  const client = await answering({
    listClusters(request) {
      asked(request.limit, request.clusterId);
      const entries = [3n, 1n, 5n].map((createdAt) => ({ clusterId: `ledger-${createdAt}`, createdAt }));
      return { entries };
    },
  });
  expect((await client.clusters(7)).map(({ clusterId, createdMs }) => [clusterId, createdMs])).toEqual([
    ["ledger-5", 5],
    ["ledger-3", 3],
    ["ledger-1", 1],
  ]);
  await client.clusters();
  expect(asked.mock.calls).toEqual([
    [7, ""],
    [0, ""],
  ]);
});

const ENTRY = { clusterId: "ledger-1", targetIp: "10.0.0.1", updatedAt: 9n, backupType: 2 };

test("backups of another cluster, and of another snapshot, are left out though Cassy lists them", async () => {
  const asked = vi.fn();
  const client = await answering({
    listBackups(request) {
      asked({ clusterId: request.clusterId, snapshotId: request.snapshotId, limit: request.limit });
      return {
        entries: [
          { ...ENTRY, snapshotId: "s", createdAt: 1n, status: OperationStatus.COMPLETED },
          { ...ENTRY, snapshotId: "s", createdAt: 4n, status: OperationStatus.STARTED, backupType: 3 },
          { ...ENTRY, snapshotId: "s", createdAt: 5n, clusterId: "another-1" },
          { ...ENTRY, snapshotId: "t", createdAt: 3n, status: OperationStatus.FAILED, backupType: 1 },
        ],
      };
    },
  });
  const known = { clusterId: "ledger-1", node: "10.0.0.1", updatedMs: 9 };
  expect(await client.backups({ clusterId: "ledger-1" })).toEqual([
    { ...known, snapshotId: "s", createdMs: 4, type: "incremental", status: "started" },
    { ...known, snapshotId: "t", createdMs: 3, type: "cluster", status: "failed" },
    { ...known, snapshotId: "s", createdMs: 1, type: "node", status: "completed" },
  ]);
  const ofSnapshot = await client.backups({ clusterId: "ledger-1", snapshotId: "s", limit: 1 });
  expect(ofSnapshot.map(({ createdMs }) => createdMs)).toEqual([4]);
  // Asked for a snapshot, or up to a limit, Cassy would answer something else.
  for (const [request] of asked.mock.calls)
    expect(request).toEqual({ clusterId: "ledger-1", snapshotId: "", limit: 0 });
});

test("a status and a type that nobody knows yet are unknown, not errors", async () => {
  const client = await answering({
    listBackups: () => ({
      entries: [{ ...ENTRY, snapshotId: "s", createdAt: 1n, status: 17 as OperationStatus, backupType: 9 }],
    }),
  });
  expect(await client.backups({ clusterId: "ledger-1" })).toMatchObject([
    { status: "unknown", type: "unknown" },
  ]);
});

test("restores are asked for by cluster, and those of another snapshot are left out", async () => {
  const asked = vi.fn();
  const client = await answering({
    listRestoreStatuses(request) {
      asked(request.clusterId, request.snapshotId);
      const row = { targetIp: "10.0.0.1", updatedAt: 9n, restoreType: 2, status: OperationStatus.STARTED };
      return {
        entries: [
          { ...row, snapshotId: "s", createdAt: 1n },
          { ...row, snapshotId: "t", createdAt: 2n },
          { ...row, snapshotId: "s", createdAt: 3n, status: OperationStatus.FAILED },
        ],
      };
    },
  });
  expect(await client.restores({ clusterId: "ledger-1", snapshotId: "s" })).toEqual([
    { node: "10.0.0.1", snapshotId: "s", createdMs: 3, updatedMs: 9, status: "failed" },
    { node: "10.0.0.1", snapshotId: "s", createdMs: 1, updatedMs: 9, status: "started" },
  ]);
  expect(asked.mock.calls).toEqual([["ledger-1", ""]]);
});

test("a backup that has begun is taken, with its time in milliseconds", async () => {
  const asked = vi.fn();
  const client = await answering({
    takeBackup(request) {
      asked(request.clusterId, request.backupType, request.targetIps, request.snapshotId);
      return STARTED;
    },
  });
  expect(await client.takeBackup(TAKE)).toEqual({
    kind: "taken",
    snapshotId: "s",
    createdMs: 1_700_000_000_123,
    nodes: ["10.0.0.1"],
  });
  expect(asked.mock.calls).toEqual([["ledger-1", 2, [], ""]]);
});

test.for([
  { what: "COMPLETED", answer: { ...STARTED, status: OperationStatus.COMPLETED } },
  { what: "FAILED", answer: { ...STARTED, status: OperationStatus.FAILED } },
  { what: "no status", answer: { ...STARTED, status: OperationStatus.UNKNOWN } },
  { what: "no snapshot id", answer: { ...STARTED, snapshotId: "" } },
  { what: "another cluster", answer: { ...STARTED, clusterId: "another-1" } },
  { what: "another type", answer: { ...STARTED, backupType: 1 } },
  { what: "nothing", answer: {} },
])("a backup that is answered with $what is not taken", async ({ answer }) => {
  const client = await answering({ takeBackup: () => answer });
  expect(await client.takeBackup(TAKE)).toMatchObject({
    kind: "unanswered",
    message: expect.stringContaining("none of them must be used"),
  });
});

test("a restore asks for snapshots only, of the nodes that are named", async () => {
  const asked = vi.fn();
  const client = await answering({
    restoreBackup({ clusterId, snapshotId, restoreType, targetIps, snapshotOnly }) {
      asked({ clusterId, snapshotId, restoreType, targetIps, snapshotOnly });
      return { status: OperationStatus.STARTED };
    },
  });
  await client.restore(RESTORE);
  const { type, nodes, ...of } = RESTORE;
  expect(asked.mock.calls).toEqual([[{ ...of, restoreType: 2, targetIps: [...nodes], snapshotOnly: true }]]);
});

test("a restore of no nodes is never sent: Cassy takes it for all of them", async () => {
  const restoreBackup = vi.fn(() => ({ status: OperationStatus.STARTED }));
  const client = await answering({ restoreBackup });
  await expect(client.restore({ ...RESTORE, nodes: [] })).rejects.toMatchObject({ code: "INTERNAL" });
  expect(restoreBackup).not.toHaveBeenCalled();
});

test("a restore that was not STARTED is refused", async () => {
  const client = await answering({ restoreBackup: () => ({ status: OperationStatus.FAILED }) });
  await expect(client.restore(RESTORE)).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringContaining("ListRestoreStatuses tells"),
  });
});

test("a backup whose time is up before it is sent is never sent, over a warm connection either", async () => {
  const takeBackup = vi.fn(() => ({}));
  const client = await answering({ listClusters: () => ({}), takeBackup });
  await client.clusters();
  expect(await client.takeBackup({ ...TAKE, withinMs: -20 })).toMatchObject({
    kind: "refused",
    message: expect.stringMatching(
      /was not sent to Cassy at .*: the time was up before; Cassy was never reached$/,
    ),
  });
  expect(takeBackup).not.toHaveBeenCalled();
});
