import { expect, test } from "vitest";
import type { Store } from "../../shared/catalog/store.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { all, asker, type Patience, poll, sleep, type Workflow } from "../../shared/workflow/effect.ts";
import { Journal } from "../../shared/workflow/journal.ts";
import { runInProcess } from "../../shared/workflow/run-in-process.ts";
import { memoryStore } from "../catalog/memory-store.ts";

type Effects = { work: { input: { id: string }; answer: { done: boolean } } };
const ask = asker<Effects>();
const RUN = "run";
const PATIENCE: Patience = { firstMs: 100, factor: 2, mostMs: 1_000, limitMs: 3_600_000 };

function* twoSteps(): Workflow<string> {
  yield* ask("work", { id: "first" });
  yield* ask("work", { id: "second" });
  return "done";
}

function run<T>(
  workflow: Workflow<T>,
  options: {
    readonly work: (id: string) => unknown;
    readonly journal?: Journal;
    readonly signal?: AbortSignal;
    readonly pass?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  },
): Promise<T> {
  const { work, pass = async () => undefined, ...rest } = options;
  const handlers = {
    work: async ({ id }: { id: string }) => ((await work(id)) ?? { done: true }) as { done: boolean },
  };
  return runInProcess<Effects, T>(workflow, { handlers, pass, ...rest });
}

/** As the real passing of time: rejects when somebody interrupts. */
function interruptible(_ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal === undefined) return resolve();
    if (signal.aborted) return reject(new Error("aborted"));
    signal.addEventListener("abort", () => reject(new Error("aborted")));
  });
}

test("an interrupt stops a journalled run before its next effect, and leaves no entry of the stopped one", async () => {
  const store = memoryStore();
  const interrupt = new AbortController();
  const carriedOut: string[] = [];
  const work = (id: string) => {
    carriedOut.push(id);
    interrupt.abort();
  };
  const journal = await Journal.open(store, RUN);
  const running = run(twoSteps(), { work, journal, signal: interrupt.signal });
  await expect(running).rejects.toMatchObject({ code: "INTERRUPTED" });
  expect(await store.journal(RUN)).toHaveLength(1);
  await run(twoSteps(), { work, journal: await Journal.open(store, RUN) });
  expect(carriedOut).toEqual(["first", "second"]);
});

test("an effect that fails because it was interrupted is no failure of the run's", async () => {
  const store = memoryStore();
  const interrupt = new AbortController();
  const work = () => {
    interrupt.abort();
    throw new StillpointError("DATABASE_UNREACHABLE", "the call was cut short");
  };
  function* handling(): Workflow<string> {
    try {
      yield* ask("work", { id: "first" });
    } catch {
      return "handled";
    }
    return "done";
  }
  const first = run(handling(), { work, journal: await Journal.open(store, RUN), signal: interrupt.signal });
  await expect(first).rejects.toMatchObject({ code: "INTERRUPTED" });
  const resumed = run(handling(), { work: () => undefined, journal: await Journal.open(store, RUN) });
  expect(await resumed).toBe("done");
});

test.each([
  ["a sleep", () => sleep(60_000)],
  ["a poll", () => poll(ask.effect("work", { id: "never" }), PATIENCE)],
  ["sleeps side by side", () => all([{ kind: "sleep", ms: 1, interruptible: true } as never])],
])("%s that is interrupted stops a journalled run without an entry", async (_what, effect) => {
  const store = memoryStore();
  const interrupt = new AbortController();
  const journal = await Journal.open(store, RUN);
  const running = run<unknown>(effect(), {
    work: () => ({ done: false }),
    journal,
    signal: interrupt.signal,
    pass: (ms, signal) => {
      setImmediate(() => interrupt.abort());
      return interruptible(ms, signal);
    },
  });
  await expect(running).rejects.toMatchObject({ code: "INTERRUPTED" });
  expect(await store.journal(RUN)).toEqual([]);
});

test("without a journal the workflow is told of an interrupt and cleans up", async () => {
  const interrupt = new AbortController();
  interrupt.abort();
  const carriedOut: string[] = [];
  function* cleaning(): Workflow<boolean> {
    const { interrupted } = yield* sleep(60_000);
    yield* ask("work", { id: "clean up" });
    return interrupted;
  }
  const work = (id: string) => void carriedOut.push(id);
  expect(await run(cleaning(), { work, signal: interrupt.signal, pass: interruptible })).toBe(true);
  expect(carriedOut).toEqual(["clean up"]);
});

test("a poll waits in growing intervals up to the longest one, and gives up at its limit", async () => {
  const waits: number[] = [];
  let asked = 0;
  const looking = poll(ask.effect("work", { id: "slow" }), PATIENCE);
  await run(looking, {
    work: () => ({ done: ++asked === 7 }),
    pass: async (ms) => void waits.push(ms),
  });
  expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  const never = poll(ask.effect("work", { id: "never" }), { ...PATIENCE, limitMs: 50 });
  await expect(run(never, { work: () => ({ done: false }) })).rejects.toMatchObject({ code: "TIMED_OUT" });
});

test("of two runners of one run, one goes on and the other ends with CATALOG_CONFLICT", async () => {
  const store = memoryStore();
  const runners = await Promise.all([1, 2].map(() => Journal.open(store, RUN)));
  const ends = await Promise.allSettled(
    runners.map((journal) => run(twoSteps(), { work: () => undefined, journal })),
  );
  expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const loser = ends.findIndex(({ status }) => status === "rejected");
  expect(ends[loser]).toMatchObject({ reason: { code: "CATALOG_CONFLICT" } });
  expect(await runners[loser]?.isOvertaken()).toBe(true);
  expect(await runners[1 - loser]?.isOvertaken()).toBe(false);
});

test("a fence stops the runner at work, and the run can still be resumed", async () => {
  const store = memoryStore();
  const carriedOut: string[] = [];
  const work = async (id: string) => {
    carriedOut.push(id);
    if (carriedOut.length === 1) await Journal.fence(store, RUN);
  };
  const journal = await Journal.open(store, RUN);
  const fenced = run(twoSteps(), { work, journal });
  await expect(fenced).rejects.toMatchObject({ code: "CATALOG_CONFLICT" });
  expect(carriedOut).toEqual(["first"]);
  // It has failed to write one entry, and there is one that is not its own.
  expect(await journal.isOvertaken()).toBe(true);
  expect(await run(twoSteps(), { work, journal: await Journal.open(store, RUN) })).toBe("done");
});

test("a run that fails ends only when nothing of it goes on side by side", async () => {
  const inner = memoryStore();
  const ended: string[] = [];
  const store: Store = {
    ...inner,
    append: async (...entry) => {
      if (entry[1] === 0) throw new StillpointError("CATALOG_UNREADABLE", "the disk is full");
      await inner.append(...entry);
    },
  };
  const work = async (id: string) => {
    for (let turn = 0; turn < (id === "slow" ? 20 : 1); turn++) await Promise.resolve();
    ended.push(id);
  };
  const both = all(["quick", "slow"].map((id) => ask.effect("work", { id })));
  const running = run(both, { work, journal: await Journal.open(store, RUN) });
  await expect(running).rejects.toMatchObject({ code: "CATALOG_UNREADABLE" });
  expect(ended).toEqual(["quick", "slow"]);
});

test("an effect that nobody carries out is a defect, not silence", async () => {
  const unknown = all([{ kind: "unheard-of" }]);
  expect(await run(unknown, { work: () => undefined })).toEqual([
    { ok: false, failure: expect.objectContaining({ code: "INTERNAL" }) },
  ]);
});
