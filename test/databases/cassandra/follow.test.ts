import { beforeEach, describe, expect, test } from "vitest";
import type { OperationStatus } from "../../../shared/databases/cassandra/cassy.ts";
import { follow } from "../../../shared/databases/cassandra/follow.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import type { CapturedCassandra } from "../../../shared/restore/cassandra/captured.ts";
import { entryOf, type FakeCassy, fakeCassy, fakeUploads, HOUR_MS, NOW_MS, toolsOf } from "./fake-cassy.ts";
import { clusterOf, snapshotOf } from "./uploaded-snapshot.ts";

const NODES = ["10.0.0.1", "10.0.0.2"] as const;
const snapshot = { ...snapshotOf(), clusterId: "bank-new", createdMs: NOW_MS };
const point: CapturedCassandra = { ...clusterOf(NODES, { ledger: ["asset"] }), snapshot };
const seen = NODES.map((address) => ({ address, files: 17, bytes: 4096 }));
const LOST = ['node "10.0.0.2" has no "manifest.json" of table "ledger.asset" (0a)'];

let cassy: FakeCassy;
let uploads = fakeUploads();

beforeEach(() => {
  cassy = fakeCassy(point);
  uploads = fakeUploads();
  uploads.found = { uploads: seen, unsavedIndexes: [], missing: [] };
});

/** The window ended at NOW_MS by our clock. */
const followAfter = (afterMs: number, recorded: unknown = point, leftMs?: () => number) =>
  follow(toolsOf(cassy, uploads), recorded, { passedMs: NOW_MS, leftMs, now: () => NOW_MS + afterMs });

function say(first: OperationStatus, second: OperationStatus) {
  const [one, two] = NODES;
  cassy.entries = [entryOf({ node: one, status: first }), entryOf({ node: two, status: second })];
}

const ENDS: readonly (readonly [OperationStatus, OperationStatus])[] = [
  ["completed", "completed"],
  ["completed", "failed"],
  ["failed", "failed"],
];

describe("a snapshot whose uploads have ended by Cassy's word", () => {
  test.each(ENDS)("is complete where the bucket holds all of it (%s, %s)", async (...statuses) => {
    say(...statuses);
    expect(await followAfter(60_000)).toEqual({
      kind: "complete",
      captured: { ...point, uploads: seen, unsavedIndexes: [] },
    });
  });

  test.each(ENDS)("has failed where the bucket does not (%s, %s)", async (...statuses) => {
    say(...statuses);
    uploads.found = { ...uploads.found, missing: LOST };
    const followed = await followAfter(60_000);
    expect(followed).toMatchObject({ kind: "failed", because: expect.stringContaining(LOST.join()) });
    expect(followed).toMatchObject({ because: expect.stringContaining(`"10.0.0.2" ${statuses[1]}`) });
  });

  test("keeps the indexes that are left to be rebuilt", async () => {
    say("completed", "completed");
    const unsavedIndexes = [{ keyspace: "ledger", table: "asset", name: "by_owner" }];
    uploads.found = { ...uploads.found, unsavedIndexes };
    expect(await followAfter(60_000)).toMatchObject({ kind: "complete", captured: { unsavedIndexes } });
  });

  test("names some of what is missing and counts the rest", async () => {
    say("completed", "completed");
    const missing = Array.from({ length: 1000 }, (_, at) => `lack ${at}`);
    uploads.found = { ...uploads.found, missing };
    const followed = await followAfter(60_000);
    expect(followed).toMatchObject({ because: expect.stringMatching(/lack 4; and 995 more \(by Cassy/) });
  });
});

describe("a snapshot whose uploads have not ended by Cassy's word", () => {
  test.each<[OperationStatus, OperationStatus]>([
    ["completed", "started"],
    ["initialized", "failed"],
    ["unknown", "completed"],
  ])("waits, node by node, and the bucket is left alone (%s, %s)", async (...statuses) => {
    say(...statuses);
    const [first, second] = statuses;
    expect(await followAfter(12 * HOUR_MS)).toEqual({
      kind: "pending",
      because: `by Cassy's word the upload of snapshot "5c2d" is: node "10.0.0.1" ${first}, node "10.0.0.2" ${second}`,
    });
    expect(uploads.looks).toBe(0);
  });

  test("is decided by the bucket alone once they have had their time", async () => {
    say("started", "completed");
    expect(await followAfter(12 * HOUR_MS + 1)).toMatchObject({ kind: "complete" });
    uploads.found = { ...uploads.found, missing: LOST };
    expect(await followAfter(12 * HOUR_MS + 1)).toMatchObject({ kind: "failed" });
  });

  test("is not taken for another backup of the same id, kind, or node", async () => {
    const [one, two] = NODES;
    cassy.entries = [
      entryOf({ node: one, status: "completed" }),
      entryOf({ node: two, status: "completed", type: "incremental" }),
      entryOf({ node: two, status: "completed", createdMs: NOW_MS + 1 }),
      entryOf({ node: two, status: "completed", snapshotId: "other" }),
      entryOf({ node: two, status: "completed", clusterId: "bank-old" }),
      entryOf({ node: "10.0.0.3", status: "completed" }),
    ];
    expect(await followAfter(60_000)).toMatchObject({ kind: "pending" });
  });
});

describe("a snapshot while Cassy does not answer", () => {
  beforeEach(() => {
    cassy.isDown = true;
  });

  test("waits while the uploads have time, and says who was asked", async () => {
    expect(await followAfter(60_000)).toEqual({
      kind: "pending",
      because:
        'nobody knows how far Cassy\'s uploads are: backups was not answered by Cassy at "cassy:20051"',
    });
  });

  test("is decided by the bucket alone after that", async () => {
    expect(await followAfter(13 * HOUR_MS)).toMatchObject({ kind: "complete" });
    uploads.found = { ...uploads.found, missing: LOST };
    expect(await followAfter(13 * HOUR_MS)).toMatchObject({ kind: "failed" });
  });
});

describe("a snapshot that cannot be judged", () => {
  beforeEach(() => say("completed", "completed"));

  test("stays as it is where the bucket cannot be read, and that is told", async () => {
    uploads.onLook = async () => {
      throw new StillpointError("DATABASE_DENIED", "cannot list: AccessDenied");
    };
    await expect(followAfter(60_000)).rejects.toMatchObject({ code: "DATABASE_DENIED" });
  });

  test("waits for a host that lives longer than the look", async () => {
    uploads.onLook = async (signal) => {
      signal?.throwIfAborted();
      await new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    };
    expect(await followAfter(60_000, point, () => 10_020)).toMatchObject({
      kind: "pending",
      because: expect.stringContaining('run "stillpoint follow"'),
    });
  });

  test("waits while the configuration names another bucket", async () => {
    const moved = { ...point, snapshot: { ...snapshot, bucket: "cassy-before" } };
    expect(await followAfter(99 * HOUR_MS, moved)).toMatchObject({
      kind: "pending",
      because: expect.stringMatching(/"cassy-before".*"cassy"/),
    });
    expect(uploads.looks).toBe(0);
  });

  test("has failed where the point names none, and is damage where the point is not understood", async () => {
    const { snapshot: _, ...without } = point;
    expect(await followAfter(60_000, without)).toMatchObject({ kind: "failed" });
    await expect(followAfter(60_000, { nodes: 1 })).rejects.toMatchObject({ code: "CATALOG_DAMAGED" });
  });
});
