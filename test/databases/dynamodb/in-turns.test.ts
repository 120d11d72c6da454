import { expect, test } from "vitest";
import { inTurns } from "../../../shared/databases/dynamodb/in-turns.ts";

test("no more than so many are at work, the others come in their order, and a failure frees its place", async () => {
  const turn = inTurns(2);
  const begun: number[] = [];
  let atWork = 0;
  let most = 0;
  const work = async (n: number) => {
    begun.push(n);
    most = Math.max(most, ++atWork);
    await new Promise((resolve) => setImmediate(resolve));
    atWork--;
    if (n === 1) throw new Error("failed");
    return n;
  };
  const outcomes = await Promise.allSettled([0, 1, 2, 3, 4].map((n) => turn(() => work(n))));
  expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual([true, false, true, true, true]);
  expect({ begun, most }).toEqual({ begun: [0, 1, 2, 3, 4], most: 2 });
  expect(await turn(() => work(5))).toBe(5);
});
