import { describe, expect, test } from "vitest";
import { catalogOver } from "../../../shared/catalog/catalog.ts";
import { dynamodbStore } from "../../../shared/catalog/dynamodb-store.ts";
import { aPause } from "../examples.ts";
import { large } from "../large.ts";
import { connectionReset, withAccidents } from "./accident-client.ts";
import { catalogWorld } from "./world.ts";

const { newWorld } = catalogWorld();

describe("a write whose answer was lost", () => {
  test("is found to be done, and is no conflict with itself", async () => {
    const { table, faults, items } = await newWorld();
    const store = dynamodbStore(table);
    faults.loseAnswers("PutItem", 2);
    const created = await store.write("runs", "r", { n: 1 }, "absent");
    faults.loseAnswers("PutItem", 1);
    const replaced = await store.write("runs", "r", { n: 2 }, created);
    expect(await store.read("runs", "r")).toEqual({ id: "r", value: { n: 2 }, version: replaced });
    faults.loseAnswers("PutItem", 1);
    await store.append("run", 0, "first");
    await store.append("run", 1, "second");
    expect(await store.journal("run")).toEqual(["first", "second"]);
    expect(items()["runs"]).toHaveLength(1);
  });

  test("is done once where it is a transaction, with its marker and its parts", async () => {
    const { table, faults, items } = await newWorld();
    const store = dynamodbStore(table);
    faults.loseAnswers("TransactWriteItems", 2);
    const version = await store.write("pauses", "p", { state: "open" }, "absent");
    faults.loseAnswers("TransactWriteItems", 1);
    faults.loseAnswers("PutItem", 3);
    const grown = await store.write("pauses", "p", { state: "open", ...large(2) }, version);
    faults.loseAnswers("TransactWriteItems", 1);
    await store.write("pauses", "p", { state: "closed" }, grown);
    expect(Object.keys(items())).toEqual(["pauses"]);
  });

  test("does not count twice in an update", async () => {
    const { table, faults } = await newWorld();
    const { pauses } = catalogOver(dynamodbStore(table));
    await pauses.create(aPause("p"));
    for (let round = 0; round < 3; round++) {
      faults.loseAnswers("PutItem", 1);
      await pauses.update("p", (found) => ({ ...found, drainWaitMs: found.drainWaitMs + 1 }));
    }
    expect((await pauses.get("p")).record.drainWaitMs).toBe(aPause("p").drainWaitMs + 3);
  });

  test("is found to be done although somebody has written over it since", async () => {
    const { table } = await newWorld();
    const other = dynamodbStore(table);
    const first = await other.write("runs", "r", 1, "absent");
    let lost = false;
    const unlucky = withAccidents(table, async ({ operation }, through) => {
      const answer = await through();
      if (operation !== "PutItem" || lost) return answer;
      lost = true;
      const { version = "" } = (await other.read("runs", "r")) ?? {};
      await other.write("runs", "r", 3, version);
      throw connectionReset();
    });
    await dynamodbStore(unlucky).write("runs", "r", 2, first);
    expect((await other.read("runs", "r"))?.value).toBe(3);
  });

  test("is a conflict where another write was made in its place", async () => {
    const { table } = await newWorld();
    const other = dynamodbStore(table);
    const first = await other.write("runs", "r", 1, "absent");
    let tried = false;
    const unlucky = withAccidents(table, async ({ operation }, through) => {
      if (operation !== "PutItem" || tried) return through();
      tried = true;
      await other.write("runs", "r", 2, first);
      throw connectionReset();
    });
    const write = dynamodbStore(unlucky).write("runs", "r", 3, first);
    await expect(write).rejects.toMatchObject({ code: "CATALOG_CONFLICT" });
  });

  test("is said to be unknown where nobody can tell any more, and never to be a conflict", async () => {
    const { table } = await newWorld();
    const other = dynamodbStore(table);
    const first = await other.write("runs", "r", 1, "absent");
    let lost = false;
    const unlucky = withAccidents(table, async ({ operation }, through) => {
      const answer = await through();
      if (operation !== "PutItem" || lost) return answer;
      lost = true;
      for (const value of [3, 4]) {
        const { version = "" } = (await other.read("runs", "r")) ?? {};
        await other.write("runs", "r", value, version);
      }
      throw connectionReset();
    });
    const write = dynamodbStore(unlucky).write("runs", "r", 2, first);
    await expect(write).rejects.toMatchObject({
      code: "CATALOG_UNREADABLE",
      message: expect.stringContaining("nobody knows whether it was written"),
    });
  });
});
