import { expect, test } from "vitest";
import type { Store } from "../../shared/catalog/store.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { carryOutHere, type ElsewhereInput } from "../../shared/workflow/durable/elsewhere.ts";
import { all, answerOf, type Effect, poll, type Workflow } from "../../shared/workflow/effect.ts";
import { Journal } from "../../shared/workflow/journal.ts";
import type { DurableEnd } from "../../shared/workflow/run-durable.ts";
import { memoryStore } from "../catalog/memory-store.ts";
import { durableHandler } from "./durable-handler.ts";
import type { DurableLife } from "./durable-life.ts";
import { execute } from "./durable-service.ts";
import {
  ask,
  type Effects,
  noting,
  PATIENCE,
  pieces,
  reporting,
  unreachable,
  works,
} from "./small-workflows.ts";

const RUN = "run";

interface Situation {
  readonly work?: (id: string, times: number) => unknown;
  readonly look?: (times: number) => boolean;
  readonly store?: Store;
  readonly name?: string;
  readonly lifeOf?: (invocation: number) => DurableLife;
  readonly isStopped?: (invocation: number) => boolean;
  readonly functions?: Readonly<Record<string, (input: unknown) => Promise<unknown>>>;
}

/** One execution of a workflow, with what it has done in which order. */
async function run<T>(workflow: () => Workflow<T>, situation: Situation = {}) {
  const { work = () => null, look = () => true, store = memoryStore(), ...executing } = situation;
  const { did, handlers } = noting(work, look);
  const waitsMs: number[] = [];
  const elsewhere = { kinds: new Set(["work"]), functionArn: OTHER, deployment: "payments" };
  const end = await execute({
    ...executing,
    passed: (ms) => void waitsMs.push(ms),
    handler: durableHandler<Effects, T>({
      workflow,
      handlers: () => handlers,
      store,
      run: RUN,
      ...(situation.functions && { elsewhere }),
    }),
  });
  return { end, did, waitsMs, result: end.result as DurableEnd<T> };
}

const OTHER = "arn:aws:lambda:us-east-1:000000000000:function:verify:live";

test("what fails for the passing moment is tried again, each time an operation", async () => {
  const { result, end, waitsMs } = await run(() => works("a"), {
    work: (_id, times) => (times < 4 ? unreachable() : "done"),
  });
  expect(result).toMatchObject({ kind: "done", result: ["done"], operations: 5 });
  expect(end.operations).toBe(6);
  expect(waitsMs).toEqual([5_000, 10_000, 20_000]);
});

test("what never passes becomes a failure that the workflow hears of", async () => {
  const { result, did } = await run(() => works("a"), { work: unreachable });
  expect(result).toMatchObject({ kind: "failed", failure: { code: "DATABASE_UNREACHABLE" }, operations: 6 });
  expect(did).toEqual(["a", "a", "a", "a", "a"]);
});

test("of refusals only those are tried again that say that the service is asked too much", async () => {
  const refused = (name: string) => {
    const cause = Object.assign(new Error("refused"), { name });
    throw new StillpointError("DATABASE_REFUSED", "refused", { cause });
  };
  const throttled = await run(() => works("a"), {
    work: (_id, times) => (times === 1 ? refused("ThrottlingException") : null),
  });
  expect(throttled.did).toEqual(["a", "a"]);
  const invalid = await run(() => works("a"), { work: () => refused("ValidationException") });
  expect(invalid.did).toEqual(["a"]);
  expect(invalid.result).toMatchObject({ kind: "failed", failure: { code: "DATABASE_REFUSED" } });
});

test("a poll looks after half a minute first, and after five in the end, and counts every look", async () => {
  const { result, waitsMs } = await run(() => poll(ask.effect("look", { id: "it" }), PATIENCE), {
    look: (times) => times === 10,
  });
  expect(waitsMs.map((ms) => ms / 1000)).toEqual([30, 42, 59, 83, 116, 162, 226, 300, 300]);
  expect(result).toMatchObject({ kind: "done", operations: 12 });
});

test("pieces of one long wait go on with each other's intervals", async () => {
  const { waitsMs } = await run(pieces, { look: (times) => times === 4 });
  expect(waitsMs.map((ms) => ms / 1000)).toEqual([30, 42, 59, 59, 83, 116, 30, 42, 59]);
});

test("a poll gives up at its limit by the waits that it has made, and survives looks that fail for now", async () => {
  const patience = { ...PATIENCE, limitMs: 100_000 };
  const late = await run(() => poll(ask.effect("look", { id: "it" }), patience), { look: () => false });
  expect(late.result).toMatchObject({ kind: "failed", failure: { code: "TIMED_OUT" } });
  expect(late.waitsMs).toEqual([30_000, 42_000]);
  const shaky = await run(() => poll(ask.effect("look", { id: "it" }), PATIENCE), {
    look: (times) => times % 4 !== 0 || times > 8 || unreachable(),
  });
  expect(shaky.result).toMatchObject({ kind: "done" });
});

test("a poll whose looks fail again and again is a failure that the workflow hears of", async () => {
  function* handling(): Workflow<string> {
    try {
      yield* poll(ask.effect("look", { id: "it" }), PATIENCE);
    } catch {
      return "handled";
    }
    return "done";
  }
  const { result, did } = await run(handling, { look: unreachable });
  expect(result).toMatchObject({ kind: "done", result: "handled" });
  expect(did).toHaveLength(5);
});

test("a catalog that cannot be read makes the engine invoke again, one that cannot be written is tried again", async () => {
  const inner = memoryStore();
  const troubles = { read: 2, append: 2 };
  const failing = (of: keyof typeof troubles) => {
    if (troubles[of]-- > 0) throw new StillpointError("CATALOG_UNREADABLE", "the table is throttled");
  };
  const store: Store = {
    ...inner,
    journal: async (id) => {
      failing("read");
      return inner.journal(id);
    },
    append: async (...entry) => {
      failing("append");
      await inner.append(...entry);
    },
  };
  const { result, end } = await run(() => works("a", "b"), { store });
  expect(result).toMatchObject({ kind: "done" });
  expect(end.invocations).toBe(5);
  expect(await inner.journal(RUN)).toHaveLength(2);
});

test("a run that somebody else went on with meanwhile is left alone", async () => {
  const store = memoryStore();
  const { result, did } = await run(
    function* () {
      yield* ask("work", { id: "a" });
      yield* poll(ask.effect("look", { id: "it" }), PATIENCE);
      yield* ask("work", { id: "b" });
      return null;
    },
    {
      store,
      look: (times) => {
        if (times === 1) void Journal.fence(store, RUN);
        return times > 1;
      },
    },
  );
  expect(result).toMatchObject({ kind: "failed", failure: { code: "CATALOG_CONFLICT" } });
  expect(did).toEqual(["a", "it"]);
});

test("somebody who takes a run over in the middle of a step makes its entry the last", async () => {
  const store = memoryStore();
  const { result, did } = await run(() => works("a", "b"), {
    store,
    work: async (id) => {
      if (id === "a") await Journal.fence(store, RUN);
    },
  });
  expect(result).toMatchObject({ kind: "failed", failure: { code: "CATALOG_CONFLICT" } });
  expect(did).toEqual(["a"]);
  expect(await store.journal(RUN)).toEqual([{ position: "fence" }]);
});

test("an entry whose answer was lost is known again as one's own", async () => {
  const inner = memoryStore();
  let lost = 0;
  const store: Store = {
    ...inner,
    append: async (id, index, entry) => {
      await inner.append(id, index, entry);
      if (lost++ === 0) throw new StillpointError("CATALOG_CONFLICT", "it is there already");
    },
  };
  const { result, did } = await run(() => works("a", "b"), { store });
  expect(result).toMatchObject({ kind: "done" });
  expect(did).toEqual(["a", "b"]);
  expect(await inner.journal(RUN)).toHaveLength(2);
});

test("a large answer stays in the journal, and is read from it whenever the engine replays", async () => {
  const large = { text: "x".repeat(200_000) };
  const { result, end } = await run(
    function* () {
      const answer = yield* ask("work", { id: "large" });
      yield* poll(ask.effect("look", { id: "it" }), PATIENCE);
      return answer;
    },
    { work: () => large, look: (times) => times === 3 },
  );
  expect(result).toMatchObject({ kind: "done", result: large });
  expect(JSON.stringify(end.log.event())).not.toContain("xxx");
});

test("reports are told once by the next step that runs, whatever is replayed, and the rest is given back", async () => {
  const { result, did } = await run(reporting, { look: (times) => times === 3 });
  expect(did).toEqual(["told one", "told two", "a", "told three", "it", "it", "it"]);
  expect(result.untold).toEqual([{ kind: "report", event: "four" }]);
  expect(result.operations).toBe(1 + 1 + 4);
});

test("what is asked in every life is asked once in each execution, and leaves no entry", async () => {
  const store = memoryStore();
  function* again(): Workflow<null> {
    yield* ask("look-again", {});
    yield* poll(ask.effect("look", { id: "it" }), PATIENCE);
    return null;
  }
  const first = await run(again, { store, look: (times) => times === 3, name: "run-1" });
  expect(first.did).toEqual(["look-again", "it", "it", "it"]);
  expect((await run(again, { store, name: "run-2" })).did).toEqual(["look-again"]);
  expect(await store.journal(RUN)).toHaveLength(1);
});

test("a journal of another workflow stops the execution", async () => {
  const store = memoryStore();
  await run(() => works("a"), { store, name: "run-1" });
  const { result, did } = await run(() => works("b"), { store, name: "run-2" });
  expect(result).toMatchObject({ kind: "failed", failure: { code: "JOURNAL_DIVERGED" } });
  expect(did).toEqual([]);
});

test("side by side only what is left to do is an operation, and one alone needs none around it", async () => {
  const store = memoryStore();
  function* three(): Workflow<readonly unknown[]> {
    const outcomes = yield* all(["a", "b", "c"].map((id): Effect => ask.effect("work", { id })));
    return outcomes.map((outcome) => answerOf(outcome));
  }
  const denied = () => {
    throw new StillpointError("DATABASE_DENIED", "c is not allowed");
  };
  const work = (id: string) => (id === "c" ? denied() : id);
  const first = await run(three, { store, name: "run-1", work });
  expect(first.result).toMatchObject({ kind: "failed", failure: { code: "DATABASE_DENIED" }, operations: 5 });
  expect(first.end.log.names).toEqual(["begin", "0-all", "0.0-work", "0.1-work", "0.2-work"]);
  const second = await run(three, { store, name: "run-2", work: (id) => id });
  expect(second.end.log.names).toEqual(["begin", "0.2-work"]);
  expect(second.result).toMatchObject({ kind: "done", result: ["a", "b", "c"], operations: 2 });
});

test("an effect elsewhere is carried out by the other function and written down here", async () => {
  const store = memoryStore();
  const asked: unknown[] = [];
  const other = async (input: unknown) => {
    asked.push(input);
    if (asked.length === 1) throw new Error("out of memory");
    return carryOutHere({ work: async () => "segment" }, input as ElsewhereInput);
  };
  const first = await run(() => works("a"), { store, name: "run-1", functions: { [OTHER]: other } });
  expect(first.result).toMatchObject({ kind: "done", result: ["segment"], operations: 5 });
  expect(first.end.operations).toBe(6);
  expect(asked[0]).toEqual({ deployment: "payments", effect: { kind: "work", id: "a" } });
  expect(first.did).toEqual([]);
  const second = await run(() => works("a"), { store, name: "run-2", functions: { [OTHER]: other } });
  expect(second.result).toMatchObject({ kind: "done", result: ["segment"], operations: 1 });
  expect(asked).toHaveLength(2);
});

test("a failure elsewhere is the effect's, and a function that never answers is asked three times", async () => {
  const failure = { code: "COPY_DIFFERS", message: "it differs" } as const;
  const refuse = async () => {
    throw new StillpointError(failure.code, failure.message);
  };
  const failing = (input: unknown) => carryOutHere({ work: refuse }, input as ElsewhereInput);
  const failed = await run(() => works("a"), { functions: { [OTHER]: failing } });
  expect(failed.result).toMatchObject({ kind: "failed", failure, operations: 2 });
  const silent = await run(() => works("a"), { functions: { [OTHER]: async () => "what?" } });
  expect(silent.result).toMatchObject({ kind: "failed", failure: { code: "INTERNAL" }, operations: 6 });
});
