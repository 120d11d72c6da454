import { beforeEach, describe, expect, test } from "vitest";
import { captureCluster, identifyCluster } from "../../../shared/databases/cassandra/capture.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import { entryOf, type FakeCassy, fakeCassy, fakeUploads, HOUR_MS, NOW_MS, toolsOf } from "./fake-cassy.ts";
import { clusterOf } from "./uploaded-snapshot.ts";

const KEYSPACES = { system: ["local"], ledger: ["asset"], coordinator: ["state"] };
const cluster = clusterOf(["10.0.0.1", "10.0.0.2"], KEYSPACES);
const SETTINGS = { coordinatorNamespace: "coordinator" };

let cassy: FakeCassy;
let uploads = fakeUploads();

beforeEach(() => {
  cassy = fakeCassy(cluster);
  uploads = fakeUploads();
});

const capture = (of = cluster, settings = SETTINGS) =>
  captureCluster(settings, { describe: async () => of }, toolsOf(cassy, uploads));
const problems = async (of = cluster) => (await capture(of)).capture.problems;

describe("a captured cluster", () => {
  test("is registered anew, and kept with what a restore needs", async () => {
    const { capture: found, registration } = await capture();
    expect(cassy.calls[0]).toBe("register 10.0.0.1");
    expect(registration.clusterId).toBe("bank-new");
    expect(found).toEqual({
      identity: [
        "node 00000000-0000-4000-8000-000000000000 10.0.0.1",
        "node 00000000-0000-4000-8000-000000000001 10.0.0.2",
        expect.stringMatching(/^keyspace system \{"class":".*","dc1":"3"\}$/),
        expect.stringMatching(/^system.local 2eecd200-/),
        expect.stringMatching(/^keyspace ledger /),
        expect.stringMatching(/^ledger.asset 2eecd200-/),
        expect.stringMatching(/^keyspace coordinator /),
        expect.stringMatching(/^coordinator.state 2eecd200-/),
      ],
      problems: [],
      coveredFromSecond: 0,
      artifact: "pending",
      captured: cluster,
    });
    const { captured: _, ...rest } = found;
    expect(await identifyCluster(SETTINGS, { describe: async () => cluster })).toEqual(rest);
  });

  test("that does not answer is told with what that means for the instances", async () => {
    const describe = async () => {
      throw new StillpointError("DATABASE_UNREACHABLE", "no node answers");
    };
    await expect(captureCluster(SETTINGS, { describe }, toolsOf(cassy, uploads))).rejects.toMatchObject({
      code: "DATABASE_UNREACHABLE",
      message: "no node answers; nothing was paused",
    });
    expect(cassy.calls).toEqual([]);
  });

  test("has another identity once a node, a table or the replication is another one", async () => {
    const identity = async (of: typeof cluster) =>
      (await identifyCluster(SETTINGS, { describe: async () => of })).identity.join("\n");
    const before = await identity(cluster);
    const [first, ...others] = cluster.nodes;
    const [system, ledger, coordinator] = cluster.keyspaces;
    if (!first || !system || !ledger || !coordinator) throw new Error("the cluster is smaller than meant");
    const changes: Partial<typeof cluster>[] = [
      { nodes: [{ ...first, hostId: "99999999-0000-4000-8000-000000000000" }, ...others] },
      { nodes: [{ ...first, address: "10.0.0.9" }, ...others] },
      { nodes: others },
      { keyspaces: [system, ledger] },
      { keyspaces: [system, { ...ledger, tables: [{ name: "asset", id: "other" }] }, coordinator] },
      { keyspaces: [system, { ...ledger, replication: { class: "X", dc1: "1" } }, coordinator] },
    ];
    for (const change of changes) expect(await identity({ ...cluster, ...change })).not.toBe(before);
  });

  test("tells where the coordinator is not in it", async () => {
    const elsewhere = { coordinator: "elsewhere" };
    expect((await capture(cluster, { coordinatorNamespace: "other" })).capture).toMatchObject(elsewhere);
    const empty = clusterOf(["10.0.0.1"], { coordinator: ["lock"] });
    cassy = fakeCassy(empty);
    expect((await capture(empty)).capture).toMatchObject(elsewhere);
  });
});

describe("a cluster is a problem to back up", () => {
  test("where Cassy does not see all of it, or sees more", async () => {
    cassy.registration = {
      ...cassy.registration,
      nodes: ["10.0.0.2", "10.0.0.3"],
      keyspaces: ["system", "coordinator", "gone"],
    };
    expect(await problems()).toEqual([
      expect.stringMatching(/^Cassy does not see node "10.0.0.1" and would not back it up/),
      expect.stringMatching(/^Cassy lists node "10.0.0.3", which the cluster does not know/),
      expect.stringMatching(/^Cassy does not see keyspace "ledger" and would not back it up/),
      expect.stringMatching(/^Cassy lists keyspace "gone", which the cluster does not have/),
    ]);
  });

  test("where Cassy's node is one of another cluster", async () => {
    cassy.registration = { ...cassy.registration, clusterName: "other" };
    expect(await problems()).toEqual([
      expect.stringMatching(/^Cassy's cassandraHost is a node of cluster "other", .* cluster "bank"/),
    ]);
  });

  test("where a keyspace has no table, since Cassy's uploads break off there", async () => {
    const empty = clusterOf(["10.0.0.1", "10.0.0.2"], { ...KEYSPACES, fresh: [] });
    cassy = fakeCassy(empty);
    expect(await problems(empty)).toEqual([expect.stringMatching(/^keyspace "fresh" has no tables/)]);
  });

  test("where the bucket cannot be read", async () => {
    uploads.troubles = ['there is no bucket "cassy"'];
    expect(await problems()).toEqual(uploads.troubles);
  });

  test("while another backup of it uploads, by whichever registration", async () => {
    const old = { ...cassy.registration, clusterId: "bank-old", createdMs: NOW_MS - 90 * HOUR_MS };
    cassy.registrations = [old];
    cassy.entries = [
      entryOf({ clusterId: "bank-old", node: "10.0.0.1", status: "completed", createdMs: NOW_MS - HOUR_MS }),
      entryOf({ clusterId: "bank-old", node: "10.0.0.2", status: "started", createdMs: NOW_MS - HOUR_MS }),
    ];
    const [problem, ...others] = await problems();
    expect(others).toEqual([]);
    expect(problem).toMatch(
      /^Cassy still uploads snapshot "5c2d" of .* from "10.0.0.2", whose files the next/,
    );
    expect(problem).toContain("12.0 hours after its begin");
    cassy.entries = [entryOf({ clusterId: "bank-old", node: "10.0.0.2", status: "initialized" })];
    expect(await problems()).toHaveLength(1);
  });

  test("no more where that has ended, or is older than uploads may take, or is another cluster's", async () => {
    const other = { ...cassy.registration, clusterId: "other-1", clusterName: "other", createdMs: NOW_MS };
    const started = { node: "10.0.0.1", status: "started" } as const;
    cassy.registrations = [other, { ...cassy.registration, createdMs: NOW_MS - 90 * HOUR_MS }];
    cassy.entries = [
      entryOf({ node: "10.0.0.1", status: "completed" }),
      entryOf({ node: "10.0.0.1", status: "failed" }),
      entryOf({ ...started, createdMs: NOW_MS - 12 * HOUR_MS - 1 }),
      entryOf({ ...started, clusterId: "other-1" }),
    ];
    expect(await problems()).toEqual([]);
    cassy.entries.push(entryOf({ ...started, createdMs: NOW_MS - 12 * HOUR_MS }));
    expect(await problems()).toHaveLength(1);
  });
});

test("a backup that finds Cassy down says whom it asked, and that nothing was paused", async () => {
  cassy.isDown = true;
  await expect(capture()).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.stringMatching(/Cassy at "cassy:20051"; nothing was paused$/),
  });
});
