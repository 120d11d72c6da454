import { beforeEach, describe, expect, test } from "vitest";
import type { TakenBackup } from "../../../shared/databases/cassandra/cassy.ts";
import { type SnapshotWish, takeSnapshot } from "../../../shared/databases/cassandra/snapshot-call.ts";
import { takeSnapshots } from "../../../shared/deployment/cassandra/take-snapshots.ts";
import type { OpenDeployment } from "../../../shared/deployment/open-deployment.ts";
import {
  type FakeCassy,
  fakeCassy,
  fakeUploads,
  NOW_MS,
  toolsOf,
} from "../../databases/cassandra/fake-cassy.ts";
import { clusterOf } from "../../databases/cassandra/uploaded-snapshot.ts";

const captured = clusterOf(["10.0.0.1", "10.0.0.2"], { ledger: ["asset"] });
const never = new AbortController().signal;

let nowMs = 1000;
let cassys: Readonly<Record<string, FakeCassy>>;

beforeEach(() => {
  nowMs = 1000;
  cassys = { main: fakeCassy(captured), second: fakeCassy(captured) };
});

const cassyOf = (name: string): FakeCassy => {
  const found = cassys[name];
  if (found === undefined) throw new Error(`there is no "${name}"`);
  return found;
};

/** Clusters that were captured and registered, on a clock that only the answers move. */
function open() {
  const cassandra = (name: string) => ({
    takeSnapshot: (wish: SnapshotWish) => {
      const cassy = cassyOf(name);
      return takeSnapshot(
        toolsOf(cassy, fakeUploads()),
        { captured, registration: cassy.registration },
        wish,
      );
    },
  });
  const clock = { oursMs: () => nowMs, wallMs: () => nowMs };
  return { cassandra, clock } as unknown as OpenDeployment;
}

const take = (databases: readonly string[] = ["main"], signal = never) =>
  takeSnapshots(open(), { run: "backup-1", databases, withinMs: 9000 }, signal);

/** Says nothing until it is told to stop. */
const silent: FakeCassy["answer"] = ({ signal }) =>
  new Promise((resolve) => {
    signal?.addEventListener("abort", () =>
      resolve({ kind: "unanswered", message: "interrupted while Cassy was at work" }),
    );
  });

describe("inside the window", () => {
  test("one call takes the snapshots of all nodes, between two moments of our clock", async () => {
    const { answer } = cassyOf("main");
    cassyOf("main").answer = async (of) => {
      nowMs += 700;
      return answer(of);
    };
    expect(await take()).toEqual({
      main: {
        begunMs: 1000,
        takenMs: 1700,
        atMs: 1350,
        captured: {
          ...captured,
          snapshot: {
            clusterId: "bank-new",
            snapshotId: "5c2d",
            type: "node",
            createdMs: NOW_MS,
            dataDir: "/var/lib/cassandra/data",
            bucket: "cassy",
          },
        },
      },
    });
    expect(cassyOf("main").calls).toEqual(["takeBackup node of bank-new"]);
  });

  test("clusters are asked side by side", async () => {
    let asked = 0;
    let both = () => {};
    const bothAsked = new Promise<void>((resolve) => {
      both = resolve;
    });
    for (const cassy of Object.values(cassys)) {
      const { answer } = cassy;
      cassy.answer = async (of) => {
        if (++asked === 2) both();
        await bothAsked;
        return answer(of);
      };
    }
    expect(Object.keys(await take(["main", "second"]))).toEqual(["main", "second"]);
  });

  test.each<[string, TakenBackup, RegExp]>([
    [
      "is refused",
      { kind: "refused", message: "All the required nodes are not available." },
      /^Cassy took no snapshot .* of database "main": All the required nodes are not available\.; .* no use/,
    ],
    [
      "is not answered",
      { kind: "unanswered", message: "no answer within 9000 ms" },
      /^Cassy did not say .* of database "main": no answer within 9000 ms; a snapshot that it takes all the same is of no use, whatever the bucket shows later$/,
    ],
    [
      "leaves a node out",
      { kind: "taken", snapshotId: "5c2d", createdMs: 1, nodes: ["10.0.0.1"] },
      /took snapshot "5c2d" on "10.0.0.1", and the cluster's nodes are "10.0.0.1", "10.0.0.2"/,
    ],
    [
      "has a node instead of another",
      { kind: "taken", snapshotId: "5c2d", createdMs: 1, nodes: ["10.0.0.1", "10.0.0.3"] },
      /on "10.0.0.1", "10.0.0.3", and/,
    ],
    [
      "has a node twice",
      { kind: "taken", snapshotId: "5c2d", createdMs: 1, nodes: ["10.0.0.1", "10.0.0.1"] },
      /on "10.0.0.1", "10.0.0.1", and/,
    ],
    [
      "has no node",
      { kind: "taken", snapshotId: "5c2d", createdMs: 1, nodes: [] },
      /the cluster's nodes are/,
    ],
  ])("a call that %s leaves no snapshot to be used", async (_, answer, message) => {
    cassyOf("main").answer = async () => answer;
    await expect(take()).rejects.toMatchObject({
      code: "SNAPSHOT_FAILED",
      message: expect.stringMatching(message),
    });
  });

  test("nobody waits for the other clusters once one has failed", async () => {
    cassyOf("main").answer = async () => ({ kind: "refused", message: "no" });
    cassyOf("second").answer = silent;
    await expect(take(["second", "main"])).rejects.toMatchObject({
      code: "SNAPSHOT_FAILED",
      message: expect.stringContaining('database "second"'),
    });
  });

  test("an interruption ends the wait, and says what the snapshots are worth", async () => {
    const interruption = new AbortController();
    for (const cassy of Object.values(cassys)) cassy.answer = silent;
    const taking = take(["main", "second"], interruption.signal);
    interruption.abort();
    await expect(taking).rejects.toMatchObject({
      code: "INTERRUPTED",
      message: expect.stringContaining("of no use"),
    });
  });
});
