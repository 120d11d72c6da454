import { expect, test } from "vitest";
import { lazyStore } from "../../shared/catalog/lazy-store.ts";
import { memoryStore } from "./memory-store.ts";

test("a store that could not be made is made for the next who asks, and only once", async () => {
  let made = 0;
  const store = lazyStore(async () => {
    if (made++ === 0) throw new Error("not yet");
    return memoryStore();
  });
  await expect(store.list("pauses")).rejects.toThrow("not yet");
  expect((await store.list("pauses")).records).toEqual([]);
  expect((await store.list("runs")).records).toEqual([]);
  expect(made).toBe(2);
});
