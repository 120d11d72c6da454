import { expect, test, vi } from "vitest";
import { all, backup, reach, statuses } from "./backup-steps.ts";
import { cassyWorld } from "./cassy-world.ts";
import { ADDRESSES, tableOf } from "./folder-nodes.ts";

const [FIRST, SECOND, THIRD] = ADDRESSES;

test("a backup uploads every node's manifest and files, and nothing of an index", async () => {
  const { client, keys, allKeys } = await cassyWorld();
  const before = Date.now();
  const { clusterId, snapshotId, nodes, createdMs } = await backup(client);
  expect(nodes).toEqual(ADDRESSES);
  expect(createdMs).toBeGreaterThanOrEqual(before);
  await reach(client, clusterId, all("completed"));
  const wanted = ADDRESSES.flatMap((address) =>
    ["bank", "system"].flatMap((keyspace) =>
      ["manifest.json", "nb-1-big-Data.db"].map(
        (file) =>
          `node-backup/${clusterId}/${snapshotId}/${address}/${tableOf(keyspace)}/snapshots/${snapshotId}/${file}`,
      ),
    ),
  );
  expect(await keys()).toEqual(wanted.toSorted());
  await vi.waitFor(async () =>
    expect((await allKeys()).filter((key) => key.startsWith("metadata-backup/"))).toHaveLength(1),
  );
});

test("a node's snapshot that fails goes unnoticed: COMPLETED, and nothing of it in the bucket", async () => {
  const { client, cassy, keys } = await cassyWorld();
  cassy.faults.snapshotsFail.add(SECOND);
  const { clusterId } = await backup(client);
  await reach(client, clusterId, all("completed"));
  expect((await keys()).filter((key) => key.includes(`/${SECOND}/`))).toEqual([]);
  expect((await keys()).filter((key) => key.includes(`/${FIRST}/`))).toHaveLength(4);
});

test("a node that died unnoticed has COMPLETED and no objects; once noticed, nothing is backed up at all", async () => {
  const { client, nodes, keys } = await cassyWorld();
  const { clusterId } = await client.register(FIRST);
  nodes.down.add(THIRD);
  nodes.unnoticed.add(THIRD);
  expect((await client.takeBackup({ clusterId, type: "node", withinMs: 20_000 })).kind).toBe("taken");
  await reach(client, clusterId, all("completed"));
  expect((await keys()).some((key) => key.includes(`/${THIRD}/`))).toBe(false);
  nodes.unnoticed.clear();
  const refused = await client.takeBackup({ clusterId, type: "node", withinMs: 20_000 });
  expect(refused).toMatchObject({
    kind: "refused",
    message: expect.stringContaining('INTERNAL "All the required nodes'),
  });
  await expect(client.register(FIRST)).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
    message: expect.stringContaining('UNAVAILABLE "All the required nodes are not available."'),
  });
});

test("a second backup deletes the snapshots of the first before they are uploaded, which is COMPLETED all the same", async () => {
  const { client, cassy, keys } = await cassyWorld();
  const held = Promise.withResolvers<void>();
  cassy.faults.commandsWaitFor = held.promise;
  const first = await backup(client);
  const second = await backup(client);
  held.resolve();
  await reach(client, first.clusterId, all("completed"));
  await reach(client, second.clusterId, all("completed"));
  expect((await keys()).filter((key) => key.includes(first.snapshotId))).toEqual([]);
  expect((await keys()).filter((key) => key.includes(second.snapshotId))).toHaveLength(12);
});

test("a keyspace that was dropped since the registration leaves no snapshot anywhere", async () => {
  const { client, nodes, keys } = await cassyWorld();
  const { clusterId } = await client.register(FIRST);
  nodes.keyspaceNames.shift();
  expect((await client.takeBackup({ clusterId, type: "node", withinMs: 20_000 })).kind).toBe("taken");
  await reach(client, clusterId, all("completed"));
  expect(await keys()).toEqual([]);
});

test("a keyspace that was created since the registration is not backed up until it is registered anew", async () => {
  const { client, nodes, keys } = await cassyWorld();
  const { clusterId } = await client.register(FIRST);
  nodes.keyspaceNames.push("audit");
  for (const address of ADDRESSES) await nodes.write(address, "audit", "nb-1-big-Data.db", "rows");
  await client.takeBackup({ clusterId, type: "node", withinMs: 20_000 });
  await reach(client, clusterId, all("completed"));
  expect((await keys()).some((key) => key.includes("/audit/"))).toBe(false);
  const anew = await backup(client);
  expect(anew.keyspaces).toEqual(["bank", "system", "audit"]);
  await reach(client, anew.clusterId, all("completed"));
  expect((await keys()).filter((key) => key.includes("/audit/"))).toHaveLength(6);
});

test("a node that SSH does not reach is STARTED for ever, and the next ones are noticed all the same", async () => {
  const { client, cassy } = await cassyWorld();
  cassy.faults.unreachableBySsh.add(FIRST);
  const { clusterId } = await backup(client);
  await reach(client, clusterId, [`${FIRST} started`, `${SECOND} completed`, `${THIRD} completed`]);
});

test("a node whose upload fails is FAILED, and the others are COMPLETED", async () => {
  const { client, cassy } = await cassyWorld();
  cassy.faults.commandsFail.add(SECOND);
  const { clusterId } = await backup(client);
  await reach(client, clusterId, [`${FIRST} completed`, `${SECOND} failed`, `${THIRD} completed`]);
});

test.for([
  {
    what: "file",
    loses: (key: string) => key.includes(`/${THIRD}/bank/`) && key.endsWith("-Data.db"),
    lost: 1,
  },
  {
    what: "manifest",
    loses: (key: string) => key.includes(`/${THIRD}/bank/`) && key.endsWith(".json"),
    lost: 1,
  },
  { what: "table", loses: (key: string) => key.includes(`/${THIRD}/bank/`), lost: 2 },
])("an upload that loses one $what is COMPLETED", async ({ loses, lost }) => {
  const { client, cassy, keys } = await cassyWorld();
  cassy.faults.loses = loses;
  const { clusterId } = await backup(client);
  await reach(client, clusterId, all("completed"));
  expect(await keys()).toHaveLength(12 - lost);
});

test("statuses come late: the files are in the bucket before it is noticed", async () => {
  const { client, cassy, keys } = await cassyWorld();
  const noticed = Promise.withResolvers<void>();
  cassy.faults.statusesWaitFor = noticed.promise;
  const { clusterId } = await backup(client);
  await vi.waitFor(async () => expect(await keys()).toHaveLength(12), { timeout: 15_000 });
  expect(await statuses(client, clusterId)).toEqual(all("started"));
  noticed.resolve();
  await reach(client, clusterId, all("completed"));
});

test("Cassy killed while it uploads has STARTED for ever, which a restart does not mend", async () => {
  const { client, cassy, keys, restarted } = await cassyWorld();
  const held = Promise.withResolvers<void>();
  cassy.faults.commandsWaitFor = held.promise;
  const { clusterId } = await backup(client);
  await cassy.kill();
  held.resolve();
  const again = await restarted();
  await reach(again.client, (await backup(again.client)).clusterId, all("completed"));
  expect(await statuses(again.client, clusterId)).toEqual(all("started"));
  expect((await keys()).some((key) => key.includes(clusterId))).toBe(false);
});
