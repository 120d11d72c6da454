import { expect, test } from "vitest";
import { type Claim, ItemLocks } from "../../../rehearsal/dynamodb/item-locks.ts";

const claim = (key: string): Claim => ({ tableId: "t", key });

/** A writer that ends when it is told. */
function writer(locks: ItemLocks, log: string[], name: string, keys: readonly string[]) {
  const { promise: told, resolve: end } = Promise.withResolvers<void>();
  const ended = locks.hold(keys.map(claim), async () => {
    log.push(`${name} begins`);
    await told;
    log.push(`${name} ends`);
  });
  return { end, ended };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("writers of the same item go one after the other, those of other items at once", async () => {
  const log: string[] = [];
  const locks = new ItemLocks();
  const first = writer(locks, log, "first", ["a"]);
  const second = writer(locks, log, "second", ["a"]);
  const other = writer(locks, log, "other", ["b"]);
  await turn();
  expect(log).toEqual(["first begins", "other begins"]);
  first.end();
  second.end();
  other.end();
  await Promise.all([first.ended, second.ended, other.ended]);
  expect(log.indexOf("first ends")).toBeLessThan(log.indexOf("second begins"));
});

test("writers that claim the same items in opposite order do not wait for each other", async () => {
  const log: string[] = [];
  const locks = new ItemLocks();
  const writers = [
    writer(locks, log, "1", ["a", "b"]),
    writer(locks, log, "2", ["b", "a"]),
    writer(locks, log, "3", ["b", "c", "b"]),
  ];
  for (const { end } of writers) end();
  await Promise.all(writers.map(({ ended }) => ended));
  expect(log).toHaveLength(6);
});

test("a writer that fails lets the next one go", async () => {
  const locks = new ItemLocks();
  const failed = locks.hold([claim("a")], () => Promise.reject(new Error("refused")));
  const next = locks.hold([claim("a")], async () => "went");
  await expect(failed).rejects.toThrow("refused");
  expect(await next).toBe("went");
});

test("waiting for a table or an item to settle waits for the writers under way only", async () => {
  const log: string[] = [];
  const locks = new ItemLocks();
  const { end, ended } = writer(locks, log, "writer", ["a"]);
  await locks.settled("t", ["b"]);
  await locks.settled("another table");
  const settled = [locks.settled("t"), locks.settled("t", ["a"])].map((wait) =>
    wait.then(() => log.push("settled")),
  );
  await turn();
  expect(log).toEqual(["writer begins"]);
  end();
  await Promise.all([ended, ...settled]);
  expect(log).toEqual(["writer begins", "writer ends", "settled", "settled"]);
});
