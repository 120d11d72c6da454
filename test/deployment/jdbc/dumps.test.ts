import { expect, test } from "vitest";
import type { ArtifactStore } from "../../../shared/artifacts/store.ts";
import type { BackupEvent } from "../../../shared/backup/event.ts";
import { followDump } from "../../../shared/databases/jdbc/follow-dump.ts";
import { backupFailure } from "../../../shared/deployment/backup-failure.ts";
import { followPoints } from "../../../shared/deployment/follow-points.ts";
import { takeBackup } from "../../../shared/deployment/take-backup.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import { CapturedJdbc } from "../../../shared/restore/jdbc/captured.ts";
import { CAPTURED, type DumpedDeployment, dumpedDeployment } from "./dumped-deployment.ts";

const RUN = "backup-payments-1";

async function take({ open }: DumpedDeployment, signal?: AbortSignal) {
  const events: BackupEvent[] = [];
  const report = (event: BackupEvent) => void events.push(event);
  const result = await takeBackup(open, { run: RUN, report, ...(signal && { signal }) });
  return { result, events };
}

async function leaseHolder({ catalog }: DumpedDeployment): Promise<string | undefined> {
  return (await catalog.lease("payments"))?.holder?.run;
}

test("a dump is complete once it was stored and read back, and the point says what it must be", async () => {
  await using deployment = await dumpedDeployment({ main: {} });
  const { result, events } = await take(deployment);
  expect(result.point?.artifact).toBe("complete");
  const { artifact, snapshot } = CapturedJdbc.parse(result.point?.databases[0]?.captured);
  expect(artifact).toMatchObject({ key: `payments/${RUN}/main.dump.zst`, format: "custom" });
  expect(artifact?.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(artifact?.bytes).toBe((await deployment.store.head(artifact?.key ?? ""))?.bytes);
  expect(artifact?.rawBytes).toBeGreaterThan(artifact?.bytes ?? 0);
  expect(snapshot?.atMs).toBeGreaterThan(0);
  expect([...(await deployment.files())].sort()).toEqual(["main.dump.manifest.json", "main.dump.zst"]);
  expect(events.map(({ kind }) => kind)).toContain("dumped");
  expect(await leaseHolder(deployment)).toBeUndefined();
  const stored = (await deployment.catalog.points.get(result.point?.id ?? "")).record;
  expect(stored.carriedUntilMs).toBeUndefined();
});

test("a tool that ends badly after it has written everything leaves no dump and a failed point", async () => {
  await using deployment = await dumpedDeployment({
    main: {
      ended: () => Promise.reject(new StillpointError("DUMP_FAILED", "pg_dump ended with status 1")),
    },
  });
  const { result } = await take(deployment);
  expect(result.point).toMatchObject({ artifact: "failed" });
  expect(result.point?.because).toContain("pg_dump ended with status 1");
  expect(backupFailure("payments", result)?.code).toBe("DUMP_FAILED");
  expect(await deployment.files()).toEqual([]);
  expect(await leaseHolder(deployment)).toBeUndefined();
});

test("a dump that is not in the store as it was sent there is not complete", async () => {
  await using deployment = await dumpedDeployment({
    main: {
      store: (real) => ({
        ...real,
        put: async (key, body, options) => {
          const flipped = body.map((chunk: Buffer) => {
            const copy = Buffer.from(chunk);
            copy[0] = (copy[0] ?? 0) ^ 1;
            return copy;
          });
          return real.put(key, flipped, options);
        },
      }),
    },
  });
  const { result } = await take(deployment);
  expect(result.point?.artifact).toBe("failed");
  expect((await deployment.files()).filter((name) => name.endsWith(".zst"))).toEqual([]);
});

test("a dump of somebody else that has the same name is left where it is", async () => {
  await using other = await dumpedDeployment({ main: {} });
  await using deployment = await dumpedDeployment({ main: { store: () => other.store } });
  const { result: theirs } = await take(other);
  const { result } = await take(deployment);
  expect(result.point).toMatchObject({ artifact: "failed", because: expect.stringContaining("already") });
  expect([...(await other.files())].sort()).toEqual(["main.dump.manifest.json", "main.dump.zst"]);
  const { artifact } = CapturedJdbc.parse(theirs.point?.databases[0]?.captured);
  expect((await other.store.head(artifact?.key ?? ""))?.bytes).toBe(artifact?.bytes);
});

test("an interrupted dump is ended, and nothing of it is kept", async () => {
  const interruption = new AbortController();
  async function* endless() {
    for (;;) {
      yield Buffer.alloc(64 * 1024, "x");
      interruption.abort();
    }
  }
  await using deployment = await dumpedDeployment({ main: { output: endless } });
  const { result } = await take(deployment, interruption.signal);
  expect(result.point).toMatchObject({ artifact: "failed", because: "its backup was interrupted" });
  expect(deployment.stopped).toContain("main");
  expect(await deployment.files()).toEqual([]);
  expect(await leaseHolder(deployment)).toBeUndefined();
});

test("where one of several snapshots fails, the others' tools are ended at once", async () => {
  await using deployment = await dumpedDeployment({
    ledger: {},
    coordinator: {
      snapshot: () => Promise.reject(new StillpointError("DATABASE_DENIED", "no right to lock a table")),
    },
  });
  const { Dumps } = await import("../../../shared/deployment/jdbc/dumps.ts");
  const dumps = new Dumps(deployment.open, () => undefined);
  const wish = { run: RUN, databases: ["ledger", "coordinator"], withinMs: 5_000 };
  await expect(dumps.take(wish, new AbortController().signal)).rejects.toThrow("no right to lock a table");
  expect(deployment.stopped).toEqual(["ledger"]);
  expect(await deployment.files()).toEqual([]);
});

test("a snapshot that is not taken in time is given up, and its tool is ended when it comes after all", async () => {
  const late = Promise.withResolvers<void>();
  await using deployment = await dumpedDeployment({ main: { snapshot: () => late.promise } });
  const { Dumps } = await import("../../../shared/deployment/jdbc/dumps.ts");
  const dumps = new Dumps(deployment.open, () => undefined);
  const wish = { run: RUN, databases: ["main"], withinMs: 20 };
  const taking = dumps.take(wish, new AbortController().signal);
  await expect(taking).rejects.toMatchObject({ code: "DUMP_FAILED" });
  late.resolve();
  await expect.poll(() => deployment.stopped, { timeout: 20_000 }).toEqual(["main"]);
});

test("a point whose backup is at work is left alone by whoever follows it", async () => {
  const going = Promise.withResolvers<void>();
  await using deployment = await dumpedDeployment({ main: { ended: () => going.promise } });
  const taking = take(deployment);
  const pointsOf = async () => (await deployment.catalog.points.list("payments")).records;
  await expect.poll(async () => (await pointsOf()).length, { timeout: 20_000 }).toBe(1);
  const { points } = await followPoints(deployment.open);
  expect(points).toMatchObject([{ state: "pending", because: "its backup is at work on the dumps" }]);
  going.resolve();
  expect((await taking).result.point?.artifact).toBe("complete");
});

/** A point as its backup leaves it that was killed at this moment. */
async function deadPoint(deployment: DumpedDeployment, artifact: CapturedJdbc["artifact"]) {
  const captured = { ...CAPTURED, ...(artifact && { artifact }) };
  const { point } = (await take(deployment)).result;
  if (point === undefined) throw new Error("the backup of the test left no point");
  await deployment.catalog.points.update(point.id, (found) => ({
    ...found,
    artifact: "pending",
    carriedUntilMs: 1,
    databases: found.databases.map((each) => ({ ...each, captured })),
  }));
  return point.id;
}

const KEY = `payments/${RUN}/main.dump.zst`;
const UNFINISHED = { store: "a folder", key: KEY, format: "custom", tool: "pg_dump" } as const;

test("what a dead backup had stored as a whole is read back by its manifest, and becomes complete", async () => {
  await using deployment = await dumpedDeployment({ main: {} });
  const id = await deadPoint(deployment, UNFINISHED);
  expect((await followPoints(deployment.open)).points).toEqual([{ point: id, state: "complete" }]);
  const { databases } = (await deployment.catalog.points.get(id)).record;
  expect(CapturedJdbc.parse(databases[0]?.captured).artifact?.sha256).toMatch(/^[0-9a-f]{64}$/);
});

const ELSEWHERE = /main\.dump\.zst" in .* run "stillpoint follow" on a host/;

test("what cannot be read back while a function lives stays pending, and says where it can be", async () => {
  await using deployment = await dumpedDeployment({ main: {} });
  const id = await deadPoint(deployment, UNFINISHED);
  const because = expect.stringMatching(ELSEWHERE);
  const short = await followPoints(deployment.open, () => 9_000);
  expect(short.points).toEqual([{ point: id, state: "pending", because }]);
  expect((await followPoints(deployment.open)).points).toEqual([{ point: id, state: "complete" }]);
});

test("what is read back more slowly than was reckoned with is left in time", async () => {
  await using deployment = await dumpedDeployment({ main: {} });
  await deadPoint(deployment, UNFINISHED);
  const slow: ArtifactStore = {
    ...deployment.store,
    get: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
      }),
  };
  const followed = await followDump(slow, { ...CAPTURED, artifact: UNFINISHED }, () => 10_010);
  expect(followed).toEqual({ kind: "pending", because: expect.stringMatching(ELSEWHERE) });
});

test("what a dead backup had not stored as a whole has failed", async () => {
  await using deployment = await dumpedDeployment({ main: {} });
  const id = await deadPoint(deployment, { ...UNFINISHED, key: "payments/other/main.dump.zst" });
  const { points } = await followPoints(deployment.open);
  expect(points).toMatchObject([{ point: id, state: "failed" }]);
  expect(points[0]?.because).toContain("has ended without storing all of");
});

test("a process that was taken for dead does not call its point complete", async () => {
  const going = Promise.withResolvers<void>();
  await using deployment = await dumpedDeployment({ main: { ended: () => going.promise } });
  const taking = take(deployment);
  const pointsOf = async () => (await deployment.catalog.points.list("payments")).records;
  await expect.poll(async () => (await pointsOf()).length, { timeout: 20_000 }).toBe(1);
  const [{ id } = { id: "" }] = await pointsOf();
  await deployment.catalog.points.update(id, (found) => ({ ...found, artifact: "failed", because: "dead" }));
  going.resolve();
  expect((await taking).result.point).toMatchObject({ artifact: "failed", because: "dead" });
});
