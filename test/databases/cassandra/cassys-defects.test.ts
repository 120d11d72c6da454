import { describe, expect, onTestFinished, test } from "vitest";
import { captureCluster } from "../../../shared/databases/cassandra/capture.ts";
import type { CassyTools } from "../../../shared/databases/cassandra/cassy-tools.ts";
import { follow } from "../../../shared/databases/cassandra/follow.ts";
import { openUploads } from "../../../shared/databases/cassandra/open-uploads.ts";
import { takeSnapshot } from "../../../shared/databases/cassandra/snapshot-call.ts";
import type { CapturedCassandra } from "../../../shared/restore/cassandra/captured.ts";
import { all, reach } from "../../rehearsal/cassy/backup-steps.ts";
import { type CassyWorld, cassyWorld } from "../../rehearsal/cassy/cassy-world.ts";
import { ADDRESSES, type FolderNodes } from "../../rehearsal/cassy/folder-nodes.ts";
import { HOUR_MS, toolsOf } from "./fake-cassy.ts";
import { clusterOf } from "./uploaded-snapshot.ts";

process.env["AWS_ACCESS_KEY_ID"] = "test";
process.env["AWS_SECRET_ACCESS_KEY"] = "test";

const TABLE_ID = "5a1c395f-01e1-4b0d-8a5f-8d1f6a7f0a11";
const SETTINGS = { coordinatorNamespace: "bank" };
const never = new AbortController().signal;
const [FIRST, SECOND, THIRD] = ADDRESSES;

/** What CQL says of nodes that are folders. */
function described(nodes: FolderNodes): CapturedCassandra {
  const keyspaces = Object.fromEntries(nodes.keyspaceNames.map((name) => [name, ["account"]]));
  const { keyspaces: tables, ...state } = clusterOf(ADDRESSES, keyspaces);
  return {
    ...state,
    cluster: "ledger",
    keyspaces: tables.map((each) => ({ ...each, tables: [{ name: "account", id: TABLE_ID }] })),
  };
}

interface Backed extends CassyWorld {
  readonly tools: CassyTools;
  problems(): Promise<readonly string[]>;
  /** A guarded backup without its pause: what the point keeps. */
  take(): Promise<CapturedCassandra>;
  followed(point: CapturedCassandra, afterMs?: number): ReturnType<typeof follow>;
  /** By Cassy's own word. */
  ends(point: CapturedCassandra, wanted?: readonly string[]): Promise<void>;
}

async function world(): Promise<Backed> {
  const its = await cassyWorld();
  for (const address of ADDRESSES)
    for (const keyspace of its.nodes.keyspaceNames)
      await its.nodes.write(address, keyspace, "nb-1-big-TOC.txt", "Data.db\nTOC.txt\n");
  const uploads = openUploads(its.bucket, 2);
  onTestFinished(() => uploads.close());
  const fake = toolsOf(its.client, uploads);
  const tools = { ...fake, settings: { ...fake.settings, cassandraHost: FIRST, bucket: its.bucket } };
  const capture = () => captureCluster(SETTINGS, { describe: async () => described(its.nodes) }, tools);
  return {
    ...its,
    tools,
    problems: async () => (await capture()).capture.problems,
    async take() {
      const { capture: found, registration } = await capture();
      const answer = await takeSnapshot(
        tools,
        { captured: found.captured, registration },
        { type: "node", withinMs: 20_000, signal: never },
      );
      if (answer.kind !== "taken") throw new Error(answer.message);
      return answer.captured;
    },
    followed: (point, afterMs = 0) =>
      follow(tools, point, { passedMs: Date.now(), now: () => Date.now() + afterMs }),
    ends: async (point, wanted = all("completed")) =>
      reach(its.client, point.snapshot?.clusterId ?? "", wanted),
  };
}

describe("a backup by Cassy", () => {
  test("that went well is complete, and has counted what it saw", async () => {
    const { take, followed, ends, problems, keys } = await world();
    expect(await problems()).toEqual([]);
    const point = await take();
    await ends(point);
    const done = await followed(point);
    expect(done.kind).toBe("complete");
    const { uploads, unsavedIndexes } = (done as { readonly captured: CapturedCassandra }).captured;
    expect(uploads?.map(({ address, files }) => [address, files])).toEqual(
      ADDRESSES.map((each) => [each, 6]),
    );
    expect(unsavedIndexes?.map(({ keyspace, name }) => `${keyspace} ${name}`)).toEqual([
      "bank by_region",
      "system by_region",
    ]);
    expect(await keys()).toHaveLength(18);
  });

  test("whose node took no snapshot, which Cassy calls COMPLETED, has failed", async () => {
    const { take, followed, ends, cassy } = await world();
    cassy.faults.snapshotsFail.add(SECOND);
    const point = await take();
    await ends(point);
    expect(await followed(point)).toMatchObject({
      kind: "failed",
      because: expect.stringContaining(`there is nothing at all of node "${SECOND}"`),
    });
  });

  test("whose objects get lost on the way, which Cassy calls COMPLETED, has failed with their names", async () => {
    const { take, followed, ends, cassy } = await world();
    cassy.faults.loses = (key) => key.includes(`/${THIRD}/`) && /bank.*Data.db$/.test(key);
    const point = await take();
    await ends(point);
    expect(await followed(point)).toMatchObject({
      kind: "failed",
      because: expect.stringContaining(
        `node "${THIRD}" has no "nb-1-big-Data.db" of table "bank.account" (${TABLE_ID})`,
      ),
    });
  });

  test("whose snapshots another one deletes, which Cassy calls COMPLETED, has failed; meanwhile no other is taken", async () => {
    const { take, followed, ends, problems, cassy, client } = await world();
    const held = Promise.withResolvers<void>();
    cassy.faults.commandsWaitFor = held.promise;
    const point = await take();
    expect(await problems()).toEqual([
      expect.stringMatching(/^Cassy still uploads snapshot .* from "10.0.0.1", "10.0.0.2", "10.0.0.3"/),
    ]);
    const somebodyElse = await client.register(FIRST);
    await client.takeBackup({ clusterId: somebodyElse.clusterId, type: "node", withinMs: 20_000 });
    held.resolve();
    await ends(point);
    expect(await followed(point)).toMatchObject({ kind: "failed" });
    await expect.poll(problems, { timeout: 15_000 }).toEqual([]);
  });

  test("that is STARTED for ever waits as long as it may, and then the bucket decides", async () => {
    const { take, followed, ends, cassy } = await world();
    cassy.faults.unreachableBySsh.add(SECOND);
    const point = await take();
    await ends(point, [`${FIRST} completed`, `${SECOND} started`, `${THIRD} completed`]);
    expect(await followed(point)).toMatchObject({
      kind: "pending",
      because: expect.stringContaining(`node "${SECOND}" started`),
    });
    expect(await followed(point, 13 * HOUR_MS)).toMatchObject({
      kind: "failed",
      because: expect.stringContaining(`there is nothing at all of node "${SECOND}"`),
    });
  });

  test("whose end Cassy never notices is complete once it had its time, since the bucket holds all of it", async () => {
    const { take, followed, cassy, keys } = await world();
    const held = Promise.withResolvers<void>();
    onTestFinished(() => held.resolve());
    cassy.faults.statusesWaitFor = held.promise;
    const point = await take();
    await expect.poll(keys, { timeout: 15_000 }).toHaveLength(18);
    expect(await followed(point)).toMatchObject({ kind: "pending" });
    expect(await followed(point, 13 * HOUR_MS)).toMatchObject({ kind: "complete" });
  });

  test("whose upload fails has failed, by the bucket and by Cassy's word", async () => {
    const { take, followed, ends, cassy } = await world();
    cassy.faults.commandsFail.add(SECOND);
    const point = await take();
    await ends(point, [`${FIRST} completed`, `${SECOND} failed`, `${THIRD} completed`]);
    expect(await followed(point)).toMatchObject({
      kind: "failed",
      because: expect.stringMatching(/nothing at all of node "10.0.0.2" \(by Cassy.*"10.0.0.2" failed/),
    });
  });

  test("whose Cassy was killed waits, and then the bucket decides", async () => {
    const { take, followed, ends, cassy } = await world();
    const point = await take();
    await ends(point);
    await cassy.kill();
    expect(await followed(point)).toMatchObject({
      kind: "pending",
      because: expect.stringContaining("nobody knows how far Cassy's uploads are"),
    });
    expect(await followed(point, 13 * HOUR_MS)).toMatchObject({ kind: "complete" });
  });

  test("of a keyspace that came after the last registration is of all keyspaces, since each registers anew", async () => {
    const { take, followed, ends, nodes } = await world();
    await take().then(ends);
    nodes.keyspaceNames.push("payments");
    for (const address of ADDRESSES) {
      await nodes.write(address, "payments", "nb-1-big-Data.db", "rows");
      await nodes.write(address, "payments", "nb-1-big-TOC.txt", "Data.db\nTOC.txt\n");
    }
    const point = await take();
    await ends(point);
    expect(await followed(point)).toMatchObject({ kind: "complete" });
    expect(point.keyspaces.map(({ name }) => name)).toContain("payments");
  });
});
