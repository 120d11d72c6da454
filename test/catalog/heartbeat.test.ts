import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import { isLiving, type LifeSign } from "../../shared/catalog/heartbeat.ts";
import type { Heartbeat } from "../../shared/catalog/model.ts";
import { newFolder } from "./folder.ts";
import { memoryStore } from "./memory-store.ts";

const NOW = Date.UTC(2026, 10, 21);
const HOUR = 3_600_000;
const newSweeps = () => catalogOver(memoryStore()).sweeps;

function sign(process: number, change: Partial<LifeSign> = {}): LifeSign {
  return { host: "ops-1", process, of: { kind: "watch" }, sinceMs: NOW, intervalMs: 10_000, ...change };
}

test("a sweep is counted on for three intervals after its beat, and not for one that lies in the future", async () => {
  const mine = await newSweeps().begin(sign(1), NOW);
  expect([0, 30_000, -30_000].map((laterMs) => isLiving(mine, NOW + laterMs))).toEqual([true, true, true]);
  expect([30_001, -30_001].map((laterMs) => isLiving(mine, NOW + laterMs))).toEqual([false, false]);
  expect(isLiving({ ...mine, endedMs: NOW }, NOW)).toBe(false);
});

test("each beat says since when the sweep lives and what its last round could not do", async () => {
  const sweeps = newSweeps();
  const mine = await sweeps.begin(sign(1), NOW);
  await sweeps.beat({ ...mine, beatMs: NOW + 10_000, trouble: "no room" });
  expect((await sweeps.list()).records).toEqual([{ ...mine, beatMs: NOW + 10_000, trouble: "no room" }]);
});

test("sweeps that begin at once have a place each", async () => {
  const sweeps = newSweeps();
  const begun = await Promise.all([1, 2, 3, 4].map((process) => sweeps.begin(sign(process), NOW)));
  expect(new Set(begun.map(({ id }) => id)).size).toBe(4);
  expect((await sweeps.list()).records).toHaveLength(4);
});

test("dead sweeps do not pile up: the next one takes over the place of one that ended, or died a day ago", async () => {
  const sweeps = newSweeps();
  const ended = await sweeps.begin(sign(1), NOW);
  const killed = await sweeps.begin(sign(2), NOW);
  await sweeps.beat({ ...ended, endedMs: NOW + 1 });
  expect((await sweeps.begin(sign(3), NOW + HOUR)).id).toBe(ended.id);
  expect((await sweeps.begin(sign(4), NOW + 2 * HOUR)).id).not.toBe(killed.id);
  expect((await sweeps.begin(sign(5), NOW + 24 * HOUR + 1)).id).toBe(killed.id);
  expect((await sweeps.list()).records).toHaveLength(3);
});

test("a sweep whose place was taken over while it was frozen beats in another", async () => {
  const sweeps = newSweeps();
  const frozen = await sweeps.begin(sign(1), NOW);
  const next = await sweeps.begin(sign(2), NOW + 25 * HOUR);
  const moved = await sweeps.beat({ ...frozen, beatMs: NOW + 26 * HOUR });
  expect(moved.id).not.toBe(frozen.id);
  expect((await sweeps.list()).records).toEqual<Heartbeat[]>([next, moved]);
});

test("a place that cannot be read is left alone, and keeps no sweep from its work", async () => {
  const root = await newFolder();
  const { sweeps } = catalogOver(fileStore(root));
  const first = await sweeps.begin(sign(1), NOW);
  await writeFile(join(root, "sweeps", `${first.id}.json`), "{");
  const second = await sweeps.begin(sign(2), NOW);
  expect(second.id).not.toBe(first.id);
  expect((await sweeps.list()).unreadable).toMatchObject([{ code: "CATALOG_DAMAGED" }]);
});

test("a catalog that is gone is not made anew by a beat", async () => {
  const { sweeps } = catalogOver(fileStore(join(await newFolder(), "catalog")));
  const mine: Heartbeat = { schema: 1, id: "sweep-1", ...sign(1), beatMs: NOW };
  await expect(sweeps.beat(mine)).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect((await sweeps.list()).records).toEqual([]);
});
