import { expect, test } from "vitest";
import type { Followed } from "../../shared/backup/followed.ts";
import { type Catalog, catalogOver } from "../../shared/catalog/catalog.ts";
import type { RestorePoint } from "../../shared/catalog/model.ts";
import { followPoints } from "../../shared/deployment/follow-points.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { aPoint } from "../catalog/examples.ts";
import { memoryStore } from "../catalog/memory-store.ts";

const COMPLETE: Followed = { kind: "complete" };
const PENDING = { kind: "pending", because: "its backups are some minutes behind" } as const;
const FAILED = { kind: "failed", because: "the account is gone" } as const;

type Answer = (database: string, captured: unknown, passedMs: number) => Followed | Promise<Followed>;

function pendingPoint(id: string, change: Partial<RestorePoint> = {}): RestorePoint {
  const database = { kind: "cosmosdb", atSecond: 100, clockBound: { lowMs: -5, highMs: 7 } } as const;
  return aPoint(id, {
    artifact: "pending",
    databases: ["ledger", "auditor"].map((name) => ({ ...database, name, captured: { of: name } })),
    ...change,
  });
}

/** A deployment that knows its catalog, and whose databases answer whatever is given. */
async function deploymentWith(points: readonly RestorePoint[], answer: Answer) {
  const catalog = catalogOver(memoryStore());
  for (const point of points) await catalog.points.create(point);
  const asked: string[] = [];
  const database = (name: string) => ({
    follow: async (captured: unknown, passedMs: number) => {
      asked.push(`${name} ${passedMs}`);
      return answer(name, captured, passedMs);
    },
  });
  const open = { catalog, settings: { name: "payments" }, database } as unknown as OpenDeployment;
  return { open, catalog, asked };
}

async function pointOf(catalog: Catalog, id: string): Promise<Pick<RestorePoint, "artifact" | "because">> {
  const { artifact, because } = (await catalog.points.get(id)).record;
  return { artifact, ...(because !== undefined && { because }) };
}

test.each<[string, Followed, Followed, Followed["kind"], string | undefined]>([
  ["complete once all databases are", COMPLETE, COMPLETE, "complete", undefined],
  ["held back by one that is pending", COMPLETE, PENDING, "pending", PENDING.because],
  ["failed where one never will be complete", COMPLETE, FAILED, "failed", FAILED.because],
  ["failed whatever the others still wait for", PENDING, FAILED, "failed", FAILED.because],
])("a pending point is %s", async (_what, ledger, auditor, artifact, because) => {
  const { open, catalog } = await deploymentWith([pendingPoint("p")], (name) =>
    name === "ledger" ? ledger : auditor,
  );
  const expected = because === undefined ? {} : { because };
  expect(await followPoints(open)).toEqual({
    deployment: "payments",
    points: [{ point: "p", state: artifact, ...expected }],
  });
  expect(await pointOf(catalog, "p")).toEqual({ artifact, ...expected });
});

test("each database is asked with what was captured of it, for the end of the window on its own clock", async () => {
  const seen: unknown[] = [];
  const points = [
    pendingPoint("windowed", { window: { startMs: 99_000, endMs: 102_500 } }),
    pendingPoint("without", { createdMs: 2_000 }),
  ];
  const { open, asked } = await deploymentWith(points, (_name, captured) => {
    seen.push(captured);
    return COMPLETE;
  });
  await followPoints(open);
  expect([...asked].sort()).toEqual(["auditor 101000", "auditor 102507", "ledger 101000", "ledger 102507"]);
  expect(seen).toContainEqual({ of: "auditor" });
});

test("a point that was held back becomes complete later, and its reason goes", async () => {
  let answer: Followed = PENDING;
  const { open, catalog } = await deploymentWith([pendingPoint("p")], () => answer);
  await followPoints(open);
  expect(await pointOf(catalog, "p")).toEqual({ artifact: "pending", because: PENDING.because });
  answer = COMPLETE;
  await followPoints(open);
  expect(await pointOf(catalog, "p")).toEqual({ artifact: "complete" });
});

test("points that have ended are not asked for, and stay as they are", async () => {
  const points = [
    pendingPoint("whole", { artifact: "complete" }),
    pendingPoint("broken", { artifact: "failed", because: "then" }),
  ];
  const { open, catalog, asked } = await deploymentWith(points, () => FAILED);
  expect((await followPoints(open)).points).toEqual([]);
  expect(asked).toEqual([]);
  expect(await pointOf(catalog, "broken")).toEqual({ artifact: "failed", because: "then" });
});

test("a point that somebody else has carried on meanwhile keeps what they found", async () => {
  const { open, catalog } = await deploymentWith([pendingPoint("p")], async () => {
    await catalog.points.update("p", (found) => ({ ...found, artifact: "failed", because: "theirs" }));
    return COMPLETE;
  });
  expect((await followPoints(open)).points).toEqual([{ point: "p", state: "failed", because: "theirs" }]);
  expect(await pointOf(catalog, "p")).toEqual({ artifact: "failed", because: "theirs" });
});

test("a database that cannot be asked leaves its point pending and is told; the others are carried on", async () => {
  const points = [pendingPoint("first"), pendingPoint("second", { createdMs: 2_000 })];
  let asked = 0;
  const { open, catalog } = await deploymentWith(points, () => {
    if (asked++ === 0) throw new StillpointError("DATABASE_UNREACHABLE", "nobody is there");
    return COMPLETE;
  });
  const { points: told, failure } = await followPoints(open);
  expect(failure).toMatchObject({ code: "DATABASE_UNREACHABLE" });
  expect(told.map(({ state }) => state).sort()).toEqual(["complete", "pending"]);
  expect(told.find(({ state }) => state === "pending")?.because).toContain("nobody is there");
  const kept = await Promise.all(["first", "second"].map((id) => pointOf(catalog, id)));
  expect(kept.map(({ artifact }) => artifact).sort()).toEqual(["complete", "pending"]);
});
