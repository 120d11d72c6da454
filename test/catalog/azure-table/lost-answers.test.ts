import { describe, expect, test } from "vitest";
import { catalogOver } from "../../../shared/catalog/catalog.ts";
import { aPause } from "../examples.ts";
import { large } from "../large.ts";
import { type Accident, connectionReset } from "./accident-client.ts";
import { azureWorld } from "./world.ts";

const { newWorld } = azureWorld();

/** Carries out, and loses, the answers to so many changes. */
function losing(most: number, also: () => Promise<unknown> = async () => {}): Accident {
  let lost = 0;
  return async ({ method }, through) => {
    const answer = await through();
    if (method === "GET" || lost >= most) return answer;
    lost++;
    await also();
    throw connectionReset();
  };
}

describe("a write whose answer was lost", () => {
  test("is found to be done, and is no conflict with itself", async () => {
    const { store, storeWith, counts } = await newWorld();
    const created = await (await storeWith(losing(2))).write("runs", "r", { n: 1 }, "absent");
    const replaced = await (await storeWith(losing(1))).write("runs", "r", { n: 2 }, created);
    expect(await store.read("runs", "r")).toEqual({ id: "r", value: { n: 2 }, version: replaced });
    const unlucky = await storeWith(losing(1));
    await unlucky.append("run", 0, "first");
    await unlucky.append("run", 1, "second");
    expect(await store.journal("run")).toEqual(["first", "second"]);
    expect(await counts()).toEqual({ runs: 1, journals: 2 });
  });

  test("is done once where it is a batch, with its marker and its parts", async () => {
    const { storeWith, counts } = await newWorld();
    const store = async () => storeWith(losing(4));
    const version = await (await store()).write("pauses", "p", { state: "open" }, "absent");
    const grown = await (await store()).write("pauses", "p", { state: "open", ...large(2) }, version);
    expect(await counts()).toEqual({ pauses: 1, "pauses/open": 1, parts: 2 });
    await (await store()).write("pauses", "p", { state: "closed" }, grown);
    expect(await counts()).toEqual({ pauses: 1 });
  });

  test("does not count twice in an update", async () => {
    const { store, storeWith } = await newWorld();
    await catalogOver(store).pauses.create(aPause("p"));
    for (let round = 0; round < 3; round++) {
      const { pauses } = catalogOver(await storeWith(losing(1)));
      await pauses.update("p", (found) => ({ ...found, drainWaitMs: found.drainWaitMs + 1 }));
    }
    const { record } = await catalogOver(store).pauses.get("p");
    expect(record.drainWaitMs).toBe(aPause("p").drainWaitMs + 3);
  });

  test.each([
    { since: "once", values: [3], outcome: undefined },
    { since: "twice", values: [3, 4], outcome: /nobody knows whether it was written$/ },
  ])("is told rightly where somebody has written over it $since", async ({ values, outcome }) => {
    const { store, storeWith } = await newWorld();
    const first = await store.write("runs", "r", 1, "absent");
    const overwrite = async () => {
      for (const value of values) {
        const { version = "" } = (await store.read("runs", "r")) ?? {};
        await store.write("runs", "r", value, version);
      }
    };
    const unlucky = await storeWith(losing(1, overwrite));
    const write = unlucky.write("runs", "r", 2, first);
    if (outcome === undefined) await write;
    else
      await expect(write).rejects.toMatchObject({
        code: "CATALOG_UNREADABLE",
        message: expect.stringMatching(outcome),
      });
    expect((await store.read("runs", "r"))?.value).toBe(values.at(-1));
  });

  test("is a conflict where another write was made in its place", async () => {
    const { store, storeWith } = await newWorld();
    const first = await store.write("runs", "r", 1, "absent");
    let tried = false;
    const unlucky = await storeWith(async ({ method }, through) => {
      if (method === "GET" || tried) return through();
      tried = true;
      await store.write("runs", "r", 2, first);
      throw connectionReset();
    });
    await expect(unlucky.write("runs", "r", 3, first)).rejects.toMatchObject({ code: "CATALOG_CONFLICT" });
  });
});

test("a write between looking at a version and writing over it is seen by the ETag", async () => {
  const { store, storeWith } = await newWorld();
  const first = await store.write("pauses", "p", { state: "open" }, "absent");
  let raced = false;
  const slow = await storeWith(async ({ method }, through) => {
    if (method !== "GET" && !raced) {
      raced = true;
      await store.write("pauses", "p", { state: "swept" }, first);
    }
    return through();
  });
  await expect(slow.write("pauses", "p", { state: "closed" }, first)).rejects.toMatchObject({
    code: "CATALOG_CONFLICT",
  });
  expect((await store.listOpen("pauses")).records).toMatchObject([{ value: { state: "swept" } }]);
});
