import { expect, test } from "vitest";
import { fewAtATime } from "../../shared/deployment/few-at-a-time.ts";

const NEVER = new AbortController().signal;

/** Work that ends when it is told to. */
function task() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, end: resolve };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

test("no more pieces of work than allowed are under way, and each begins when one has ended, failed or not", async () => {
  const inTurn = fewAtATime(2);
  const begun: number[] = [];
  const tasks = [task(), task(), task(), task()];
  const all = tasks.map(({ work }, at) =>
    inTurn(NEVER, async () => {
      begun.push(at);
      await work();
      if (at === 1) throw new Error("failed");
      return at;
    }),
  );
  await settled();
  expect(begun).toEqual([0, 1]);
  tasks[1]?.end();
  await expect(all[1]).rejects.toThrow("failed");
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  for (const each of tasks) each.end();
  expect(await Promise.all([all[0], all[2], all[3]])).toEqual([0, 2, 3]);
});

test("work that waits for its turn is not begun once the run is interrupted", async () => {
  const inTurn = fewAtATime(1);
  const interruption = new AbortController();
  const first = task();
  const running = inTurn(interruption.signal, first.work);
  const waiting = [1, 2].map(() => inTurn(interruption.signal, () => Promise.resolve("begun")));
  interruption.abort();
  first.end();
  await running;
  for (const each of waiting) await expect(each).rejects.toMatchObject({ code: "INTERRUPTED" });
  expect(await inTurn(NEVER, () => Promise.resolve("later"))).toBe("later");
});
