import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test, vi } from "vitest";
import type { Cassy } from "../../../shared/databases/cassandra/cassy.ts";
import { Cassy as CassyService } from "../../../shared/gen/cassy_pb.ts";
import { type CassyWorld, cassyWorld } from "./cassy-world.ts";
import { ADDRESSES, tableOf } from "./folder-nodes.ts";

const [FIRST, SECOND] = ADDRESSES;
const FILES = ["manifest.json", "nb-1-big-Data.db"];

async function backup({ client }: CassyWorld, type: "cluster" | "node") {
  const { clusterId } = await client.register(FIRST);
  const taken = await client.takeBackup({ clusterId, type, withinMs: 20_000 });
  if (taken.kind !== "taken") throw new Error(taken.message);
  const { snapshotId } = taken;
  await vi.waitFor(
    async () => {
      const entries = await client.backups({ clusterId, snapshotId });
      expect(entries.map(({ status }) => status)).toEqual(ADDRESSES.map(() => "completed"));
    },
    { timeout: 15_000 },
  );
  return { clusterId, snapshotId };
}

const reach = (
  client: Cassy,
  of: { readonly clusterId: string; readonly snapshotId: string },
  wanted: readonly string[],
) =>
  vi.waitFor(
    async () => {
      const entries = await client.restores(of);
      expect(entries.map(({ node, status }) => `${node} ${status}`).toSorted()).toEqual(wanted);
    },
    { timeout: 15_000 },
  );
const all = (status: string) => ADDRESSES.map((address) => `${address} ${status}`);

test.for(["node", "cluster"] as const)(
  "a %s snapshot puts every file back in empty folders",
  async (type) => {
    const world = await cassyWorld();
    const { client, nodes } = world;
    const of = await backup(world, type);
    for (const address of ADDRESSES) await nodes.empty(address);
    await client.restore({ ...of, type, nodes: ADDRESSES });
    await reach(client, of, all("completed"));
    for (const address of ADDRESSES) {
      for (const keyspace of ["bank", "system"]) expect(await nodes.files(address, keyspace)).toEqual(FILES);
      // What it was downloaded to is gone.
      expect((await readdir(nodes.dataDir(address))).toSorted()).toEqual(["bank", "system"]);
    }
  },
);

test("only the nodes that are asked for are restored", async () => {
  const world = await cassyWorld();
  const of = await backup(world, "node");
  for (const address of ADDRESSES) await world.nodes.empty(address);
  await world.client.restore({ ...of, type: "node", nodes: [SECOND] });
  await reach(world.client, of, [`${SECOND} completed`]);
  await expect(world.nodes.files(FIRST, "bank")).rejects.toThrow("ENOENT");
});

test("a file that is in place already is left as it is, and its node FAILED", async () => {
  const world = await cassyWorld();
  const { client, nodes } = world;
  const of = await backup(world, "node");
  for (const address of ADDRESSES) await nodes.empty(address);
  await nodes.write(SECOND, "system", "nb-1-big-Data.db", "written since");
  await client.restore({ ...of, type: "node", nodes: ADDRESSES });
  await reach(client, of, [`${ADDRESSES[0]} completed`, `${SECOND} failed`, `${ADDRESSES[2]} completed`]);
  const file = join(nodes.dataDir(SECOND), tableOf("system"), "nb-1-big-Data.db");
  expect(await readFile(file, "utf8")).toBe("written since");
});

test("a node without objects in the bucket is FAILED", async () => {
  const world = await cassyWorld();
  const { client, cassy, nodes } = world;
  cassy.faults.snapshotsFail.add(SECOND);
  const of = await backup(world, "cluster");
  for (const address of ADDRESSES) await nodes.empty(address);
  await client.restore({ ...of, type: "cluster", nodes: ADDRESSES });
  await reach(client, of, [`${ADDRESSES[0]} completed`, `${SECOND} failed`, `${ADDRESSES[2]} completed`]);
});

test("a cluster is not restored from snapshots of nodes, with what follows for a person", async () => {
  const world = await cassyWorld();
  const of = await backup(world, "node");
  await expect(world.client.restore({ ...of, type: "cluster", nodes: ADDRESSES })).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringMatching(
      /INVALID_ARGUMENT "The request is invalid or inconsistent\."; a cluster is restored/,
    ),
  });
  expect(await world.client.restores(of)).toEqual([]);
});

test("an unknown snapshot is an error for a cluster, and FAILED on every node for nodes", async () => {
  const world = await cassyWorld();
  const { clusterId } = await backup(world, "node");
  const of = { clusterId, snapshotId: "no-such-snapshot" };
  await expect(world.client.restore({ ...of, type: "cluster", nodes: ADDRESSES })).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringMatching(
      /INTERNAL "Index -1 out of bounds for length 0"; it knows nothing of that/,
    ),
  });
  await world.client.restore({ ...of, type: "node", nodes: ADDRESSES });
  await reach(world.client, of, all("failed"));
});

test("a node that SSH does not reach, or that is none of the cluster, stays STARTED", async () => {
  const world = await cassyWorld();
  const of = await backup(world, "node");
  world.cassy.faults.unreachableBySsh.add(FIRST);
  await world.nodes.empty(SECOND);
  await world.client.restore({ ...of, type: "node", nodes: [FIRST, SECOND, "10.9.9.9"] });
  await reach(world.client, of, [`${FIRST} started`, `${SECOND} completed`, "10.9.9.9 started"]);
});

test("a restore begun twice has two rows for each node, the newest first, and the second finds files in its way", async () => {
  const world = await cassyWorld();
  const of = await backup(world, "node");
  for (const address of ADDRESSES) await world.nodes.empty(address);
  await world.client.restore({ ...of, type: "node", nodes: [FIRST] });
  await reach(world.client, of, [`${FIRST} completed`]);
  await world.client.restore({ ...of, type: "node", nodes: [FIRST] });
  await reach(world.client, of, [`${FIRST} completed`, `${FIRST} failed`]);
  const [newest, oldest] = await world.client.restores(of);
  expect(newest?.status).toBe("failed");
  expect(newest?.createdMs).toBeGreaterThanOrEqual(oldest?.createdMs ?? Number.POSITIVE_INFINITY);
});

test("what was flushed since is an increment, and comes back only where not the snapshot alone is asked for", async () => {
  const world = await cassyWorld();
  const { client, cassy, nodes } = world;
  const { clusterId, snapshotId } = await backup(world, "node");
  const of = { clusterId, snapshotId };
  await nodes.flush(FIRST, "bank", "nb-2-big-Data.db", "a later row");
  const baseUrl = `http://${cassy.host}:${cassy.port}`;
  const raw = createClient(CassyService, createGrpcTransport({ baseUrl }));
  await raw.takeBackup({ clusterId, snapshotId, backupType: 3, targetIps: [FIRST] });
  await vi.waitFor(async () =>
    expect((await client.backups(of)).map(({ type, status }) => `${type} ${status}`).toSorted()).toEqual([
      "incremental completed",
      "node completed",
      "node completed",
      "node completed",
    ]),
  );
  await nodes.empty(FIRST);
  await client.restore({ ...of, type: "node", nodes: [FIRST] });
  await reach(client, of, [`${FIRST} completed`]);
  expect(await nodes.files(FIRST, "bank")).toEqual(FILES);
  await nodes.empty(FIRST);
  await raw.restoreBackup({ clusterId, snapshotId, restoreType: 2, targetIps: [FIRST] });
  await reach(client, of, [`${FIRST} completed`, `${FIRST} completed`]);
  expect(await nodes.files(FIRST, "bank")).toEqual([...FILES, "nb-2-big-Data.db"]);
});
