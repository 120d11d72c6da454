import { expect, test, vi } from "vitest";
import { all, backup, reach, statuses } from "./backup-steps.ts";
import { cassyWorld } from "./cassy-world.ts";
import { ADDRESSES } from "./folder-nodes.ts";

const [FIRST, SECOND, THIRD] = ADDRESSES;
const HOUR_MS = 3_600_000;

test("a backup of the cluster pauses every application, and lets all go again", async () => {
  const { client, gates, keys } = await cassyWorld();
  const pauses = gates.map((gate) => vi.spyOn(gate, "pauseThen"));
  const { clusterId } = await backup(client, "cluster");
  for (const pause of pauses)
    expect(pause.mock.calls.map(([wait, most]) => [wait, most])).toEqual([[true, undefined]]);
  expect(gates.map((gate) => gate.checkPaused())).toEqual([false, false]);
  await reach(client, clusterId, all("completed"));
  expect((await keys()).every((key) => key.startsWith(`cluster-backup/${clusterId}/`))).toBe(true);
});

test("a pause that fails leaves the other applications paused, and all nodes FAILED", async () => {
  const { client, cassy, gates, applications } = await cassyWorld();
  cassy.faults.pausesFail.add(applications[1] ?? "");
  const { clusterId } = await client.register(FIRST);
  const refused = await client.takeBackup({ clusterId, type: "cluster", withinMs: 20_000 });
  expect(refused).toMatchObject({ kind: "refused", message: expect.stringContaining("PauseException") });
  await vi.waitFor(() => expect(gates.map((gate) => gate.checkPaused())).toEqual([true, false]));
  expect(await statuses(client, clusterId)).toEqual(all("failed"));
});

test("a gate that does not drain is a pause that fails: INTERNAL, and the others stay paused", async () => {
  const { client, gates } = await cassyWorld();
  await gates[1]?.letIn();
  const pause = vi.spyOn(gates[1] as (typeof gates)[number], "pauseThen");
  pause.mockImplementation((_wait, _most, { answer }) => answer("TIMED_OUT"));
  const { clusterId } = await client.register(FIRST);
  const refused = await client.takeBackup({ clusterId, type: "cluster", withinMs: 20_000 });
  expect(refused).toMatchObject({
    kind: "refused",
    message: expect.stringMatching(/INTERNAL .*PauseException/),
  });
  expect(gates[0]?.checkPaused()).toBe(true);
});

test("an unpause that fails leaves its application paused, and the snapshots that were taken FAILED", async () => {
  const { client, cassy, gates, applications, nodes } = await cassyWorld();
  cassy.faults.unpausesFail.add(applications[0] ?? "");
  const { clusterId } = await client.register(FIRST);
  expect((await client.takeBackup({ clusterId, type: "cluster", withinMs: 20_000 })).kind).toBe("refused");
  await vi.waitFor(() => expect(gates.map((gate) => gate.checkPaused())).toEqual([true, false]));
  expect(nodes.taken).toHaveLength(3);
  expect(await statuses(client, clusterId)).toEqual(all("failed"));
});

test("a node that hangs holds the applications paused, and a client that gives up changes nothing of it", async () => {
  const { client, cassy, gates, nodes } = await cassyWorld();
  const hangs = Promise.withResolvers<void>();
  cassy.faults.snapshotsWaitFor.set(SECOND, hangs.promise);
  const { clusterId } = await client.register(FIRST);
  const given = new AbortController();
  const taking = client.takeBackup({ clusterId, type: "cluster", withinMs: HOUR_MS, signal: given.signal });
  await vi.waitFor(() => expect(nodes.taken).toHaveLength(2));
  given.abort();
  expect(await taking).toMatchObject({ kind: "unanswered", message: expect.stringContaining("interrupted") });
  expect(gates.map((gate) => gate.checkPaused())).toEqual([true, true]);
  expect(await statuses(client, clusterId)).toEqual(all("initialized"));
  hangs.resolve();
  await reach(client, clusterId, all("completed"));
  expect(gates.map((gate) => gate.checkPaused())).toEqual([false, false]);
  expect(nodes.taken).toHaveLength(3);
});

test("a deadline that passes is no answer, and the snapshot is found by its listing", async () => {
  const { client, cassy } = await cassyWorld();
  const hangs = Promise.withResolvers<void>();
  cassy.faults.snapshotsWaitFor.set(SECOND, hangs.promise);
  const { clusterId } = await client.register(FIRST);
  const taking = await client.takeBackup({ clusterId, type: "node", withinMs: 300 });
  expect(taking).toMatchObject({
    kind: "unanswered",
    message: expect.stringContaining("no answer came within"),
  });
  const [entry] = await client.backups({ clusterId });
  expect(entry).toMatchObject({ clusterId, type: "node", status: "initialized" });
  hangs.resolve();
  await reach(client, clusterId, all("completed"));
});

test("Cassy killed inside its pause leaves every application paused, and after its return what it had begun is as it was", async () => {
  const { client, cassy, gates, nodes, restarted } = await cassyWorld();
  cassy.faults.snapshotsWaitFor.set(THIRD, new Promise(() => {}));
  const { clusterId } = await client.register(FIRST);
  const taking = client.takeBackup({ clusterId, type: "cluster", withinMs: 20_000 });
  await vi.waitFor(() => expect(nodes.taken).toHaveLength(2));
  await cassy.kill();
  expect(await taking).toMatchObject({
    kind: "unanswered",
    message: expect.stringContaining("the answer was lost"),
  });
  const again = await restarted();
  expect(await statuses(again.client, clusterId)).toEqual(all("initialized"));
  expect((await again.client.clusters()).map((each) => each.clusterId)).toEqual([clusterId]);
  expect(gates.map((gate) => gate.checkPaused())).toEqual([true, true]);
});
