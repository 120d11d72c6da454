import { afterEach, expect, test, vi } from "vitest";
import type { Store } from "../../../shared/catalog/store.ts";
import { CHANGES, expectOneOf, hoursLater, isDead } from "../deaths.ts";
import { digest, large } from "../large.ts";
import { connectionReset } from "./accident-client.ts";
import { azureWorld, type World } from "./world.ts";

const MANY_DEATHS_MS = 120_000;
const { newWorld } = azureWorld();

afterEach(() => {
  vi.useRealTimers();
});

/** A process that dies at its n-th request, before it is sent or after it was carried out. */
function mortal(world: World, deathAt: number, sent: boolean): Promise<Store> {
  let requests = 0;
  return world.storeWith(async (_, through) => {
    if (requests++ < deathAt) return through();
    if (requests === deathAt + 1 && sent) await through();
    // Nothing that passes by itself: the dead do not try again.
    throw new Error("died");
  });
}

test.each(CHANGES)(
  "wherever a writer dies that puts a $to record over a $from one, one of them is whole",
  { timeout: MANY_DEATHS_MS },
  async (change) => {
    const valueIn = (size: string, state: string) => (size === "large" ? { state, ...large(2) } : { state });
    const before = valueIn(change.from, "open");
    const after = valueIn(change.to, "closed");
    for (const sent of [false, true]) {
      for (let deathAt = 0; ; deathAt++) {
        const world = await newWorld();
        const { store } = world;
        const first = await store.write("pauses", "p", before, "absent");
        const dead = await isDead((await mortal(world, deathAt, sent)).write("pauses", "p", after, first));
        const version = await expectOneOf(store, [before, after]);
        hoursLater();
        await store.write("pauses", "p", { state: "closed", ...large(2) }, version);
        vi.useRealTimers();
        expect(await world.counts()).toEqual({ pauses: 1, parts: 2 });
        if (!dead) break;
      }
    }
  },
);

test("wherever a runner dies that appends a large entry, the journal is whole and goes on", {
  timeout: MANY_DEATHS_MS,
}, async () => {
  for (const sent of [false, true]) {
    for (let deathAt = 0; ; deathAt++) {
      const world = await newWorld();
      const { store } = world;
      const entry = large(2);
      const dead = await isDead((await mortal(world, deathAt, sent)).append("run", 0, entry));
      const entries = await store.journal("run");
      expect([[], [digest(entry)]]).toContainEqual(entries.map(digest));
      hoursLater();
      await store.append("run", entries.length, large(1.9));
      vi.useRealTimers();
      const written = entries.length + 1;
      expect(await world.counts()).toEqual({ journals: written, parts: 2 * written });
      if (!dead) break;
    }
  }
});

test("parts of a writer at work are left alone, however many others tidy meanwhile", async () => {
  const { store, storeWith } = await newWorld();
  const value = large(3);
  const slow = await storeWith(async ({ batch }, through) => {
    if (batch) await store.write("points", "other", large(2), "absent");
    return through();
  });
  await slow.write("points", "slow", value, "absent");
  expect(digest((await store.read("points", "slow"))?.value)).toBe(digest(value));
});

test("a writer that slept until its parts were given up is refused, and changes nothing", async () => {
  const { store, storeWith } = await newWorld();
  const first = await store.write("points", "slow", "before", "absent");
  let tidied = 0;
  const asleep = await storeWith(async ({ batch }, through) => {
    if (batch) {
      hoursLater();
      await store.write("points", `other-${tidied++}`, large(2), "absent");
      vi.useRealTimers();
    }
    return through();
  });
  const refused = {
    code: "CATALOG_UNREADABLE",
    message: expect.stringContaining("given up; nothing was written"),
  };
  await expect(asleep.write("points", "slow", large(2), first)).rejects.toMatchObject(refused);
  expect((await store.read("points", "slow"))?.value).toBe("before");
  await expect(asleep.append("run", 0, large(2))).rejects.toMatchObject(refused);
  expect(await store.journal("run")).toEqual([]);
});

test("a draft that was announced again long after its record was written costs the record nothing", async () => {
  const { store, storeWith, counts } = await newWorld();
  let announce: (() => Promise<unknown>) | undefined;
  const delayed = await storeWith(async ({ method, path }, through) => {
    if (method === "GET" || !path.includes("leftovers") || announce !== undefined) return through();
    announce = through;
    throw connectionReset();
  });
  const value = large(2);
  await delayed.write("points", "p", value, "absent");
  await announce?.();
  expect(await counts()).toMatchObject({ leftovers: 1 });
  hoursLater();
  await store.write("points", "other", large(2), "absent");
  expect(await counts()).toEqual({ points: 2, parts: 4 });
  expect(digest((await store.read("points", "p"))?.value)).toBe(digest(value));
});
