import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { Cassy as CassyService, OperationStatus } from "../../../shared/gen/cassy_pb.ts";
import { type CassyWorld, cassyWorld } from "./cassy-world.ts";
import { ADDRESSES } from "./folder-nodes.ts";

const [FIRST] = ADDRESSES;
type Raw = Client<typeof CassyService>;

function raw({ cassy }: CassyWorld): Raw {
  return createClient(CassyService, createGrpcTransport({ baseUrl: `http://${cassy.host}:${cassy.port}` }));
}

/** Code and message, as Cassy sends them. */
async function refusalOf(call: Promise<unknown>): Promise<readonly [Code, string] | "answered"> {
  return call.then(
    () => "answered" as const,
    (error: unknown) => [ConnectError.from(error).code, ConnectError.from(error).rawMessage] as const,
  );
}

const INCONSISTENT = [Code.InvalidArgument, "The request is invalid or inconsistent."] as const;
const NOT_FOUND = [Code.InvalidArgument, "The specified cluster cannot be found."] as const;

test.for<[string, (cassy: Raw, clusterId: string) => Promise<unknown>, readonly [Code, string]]>([
  [
    "a registration without a host",
    (cassy) => cassy.registerCluster({}),
    [Code.InvalidArgument, "cassandra_host is not set correctly."],
  ],
  [
    "a registration by a host that is not reached",
    (cassy) => cassy.registerCluster({ cassandraHost: "10.9.9.9" }),
    [Code.Internal, ""],
  ],
  [
    "a backup of an unknown cluster",
    (cassy) => cassy.takeBackup({ clusterId: "?", backupType: 2 }),
    NOT_FOUND,
  ],
  [
    "a snapshot with an id",
    (cassy, clusterId) => cassy.takeBackup({ clusterId, backupType: 1, snapshotId: "s" }),
    INCONSISTENT,
  ],
  [
    "an increment without an id",
    (cassy, clusterId) => cassy.takeBackup({ clusterId, backupType: 3 }),
    INCONSISTENT,
  ],
  ["a backup of no type", (cassy, clusterId) => cassy.takeBackup({ clusterId }), [Code.Unknown, ""]],
  [
    "a backup of type 9",
    (cassy, clusterId) => cassy.takeBackup({ clusterId, backupType: 9 }),
    [Code.Unknown, ""],
  ],
  [
    "a restore of an unknown cluster",
    (cassy) => cassy.restoreBackup({ clusterId: "?", snapshotId: "s", restoreType: 2 }),
    NOT_FOUND,
  ],
  [
    "a restore of no type",
    (cassy, clusterId) => cassy.restoreBackup({ clusterId, snapshotId: "s" }),
    [Code.Unknown, ""],
  ],
  [
    "a cluster restore of an unknown snapshot",
    (cassy, clusterId) => cassy.restoreBackup({ clusterId, snapshotId: "s", restoreType: 1 }),
    [Code.Internal, "Index -1 out of bounds for length 0"],
  ],
  ["a listing of backups by nothing", (cassy) => cassy.listBackups({}), [Code.InvalidArgument, ""]],
  ["a listing of restores by nothing", (cassy) => cassy.listRestoreStatuses({}), [Code.InvalidArgument, ""]],
])("%s is refused in Cassy's words", async ([, call, refusal]) => {
  const world = await cassyWorld();
  const { clusterId } = await world.client.register(FIRST);
  expect(await refusalOf(call(raw(world), clusterId))).toEqual(refusal);
});

test("a node that is known to be down refuses registrations and backups, even of the others", async () => {
  const world = await cassyWorld();
  const cassy = raw(world);
  const { clusterId } = await world.client.register(FIRST);
  world.nodes.down.add(ADDRESSES[2]);
  const said = "All the required nodes are not available.";
  expect(await refusalOf(cassy.registerCluster({ cassandraHost: FIRST }))).toEqual([Code.Unavailable, said]);
  const ofFirst = cassy.takeBackup({ clusterId, backupType: 2, targetIps: [FIRST] });
  expect(await refusalOf(ofFirst)).toEqual([Code.Internal, said]);
  expect(world.nodes.taken).toEqual([]);
});

test("calls are answered INTERNAL without a word where that is switched on, and nothing is done", async () => {
  const world = await cassyWorld();
  const { clusterId } = await world.client.register(FIRST);
  for (const method of ["TakeBackup", "ListBackups", "RestoreBackup", "ListClusters"] as const)
    world.cassy.faults.wordless.add(method);
  const cassy = raw(world);
  const calls = [
    cassy.takeBackup({ clusterId, backupType: 2 }),
    cassy.listBackups({ clusterId }),
    cassy.restoreBackup({ clusterId, snapshotId: "s", restoreType: 2 }),
    cassy.listClusters({}),
  ];
  for (const call of calls) expect(await refusalOf(call)).toEqual([Code.Internal, ""]);
  expect(world.nodes.taken).toEqual([]);
});

test("each registration is a new one, and none of them changes", async () => {
  const world = await cassyWorld();
  const first = await world.client.register(FIRST);
  world.nodes.keyspaceNames.push("audit");
  const second = await world.client.register(FIRST);
  expect(second.clusterId).not.toBe(first.clusterId);
  expect(second.clusterId).toMatch(/^ledger-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const listed = new Map((await world.client.clusters()).map((each) => [each.clusterId, each]));
  expect(listed.get(first.clusterId)?.keyspaces).toEqual(["bank", "system"]);
  expect(listed.get(second.clusterId)?.keyspaces).toEqual(["bank", "system", "audit"]);
});

test("a listing of a snapshot forgets the cluster, and one of an unknown cluster is empty", async () => {
  const world = await cassyWorld();
  const cassy = raw(world);
  const { clusterId } = await world.client.register(FIRST);
  const { snapshotId, status } = await cassy.takeBackup({ clusterId, backupType: 2 });
  expect(status).toBe(OperationStatus.STARTED);
  expect((await cassy.listBackups({ clusterId: "another", snapshotId })).entries).toHaveLength(3);
  expect((await cassy.listBackups({ clusterId, targetIp: FIRST, snapshotId: "?" })).entries).toHaveLength(1);
  expect((await cassy.listBackups({ clusterId: "another" })).entries).toEqual([]);
  expect((await cassy.listBackups({ clusterId, limit: 2 })).entries).toHaveLength(2);
  expect(await world.client.backups({ clusterId: "another", snapshotId })).toEqual([]);
});

test("what is no call of Cassy's is not implemented", async () => {
  const world = await cassyWorld();
  const { Admin } = await import("../../../shared/gen/scalar_admin_pb.ts");
  const transport = createGrpcTransport({ baseUrl: `http://${world.cassy.host}:${world.cassy.port}` });
  const [code] = await refusalOf(createClient(Admin, transport).checkPaused({}));
  expect(code).toBe(Code.Unimplemented);
});
