import * as fc from "fast-check";
import { expect, test } from "vitest";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { all, type Patience, poll, type Workflow } from "../../shared/workflow/effect.ts";
import { Journal } from "../../shared/workflow/journal.ts";
import type { DurableEnd } from "../../shared/workflow/run-durable.ts";
import { memoryStore } from "../catalog/memory-store.ts";
import { orchestrationCode } from "./orchestration-code.ts";
import { OrchestrationHost } from "./orchestration-host.ts";
import { ProgramWorld, RUN } from "./program-world.ts";
import { programs, type Step } from "./random-program.ts";
import { RUNNERS } from "./runners.ts";
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

interface Situation {
  readonly work?: (id: string, times: number) => unknown;
  readonly look?: (times: number) => boolean;
  readonly store?: ReturnType<typeof memoryStore>;
  readonly id?: string;
  readonly collapses?: () => boolean;
}

/** One run of a workflow, with what it has done in which order and when the clock moved on. */
async function run<T>(workflow: () => Workflow<T>, situation: Situation = {}) {
  const {
    work = () => null,
    look = () => true,
    store = memoryStore(),
    id = "run-1",
    collapses = () => false,
  } = situation;
  const { did, handlers } = noting(work, look);
  const waitsMs: number[] = [];
  const host = new OrchestrationHost((ms) => void waitsMs.push(ms));
  host.deploy(
    orchestrationCode<Effects, T>(host, { workflow, handlers: () => handlers, store, run: RUN, collapses }),
  );
  host.start("run", {}, id);
  const { output } = await host.run(id);
  return {
    did,
    waitsMs,
    store,
    host,
    result: output as DurableEnd<T>,
    operations: host.operationsOf(`${id}-1`),
  };
}

const looking = (patience: Patience) => () => poll(ask.effect("look", { id: "it" }), patience);

test("an activity that fails for the passing moment is sent again after a wait, and all of it is counted", async () => {
  const { result, waitsMs, operations } = await run(() => works("a"), {
    work: (_id, times) => (times < 4 ? unreachable() : "done"),
  });
  expect(result).toMatchObject({ kind: "done", result: ["done"], operations: 1 + 4 + 3 });
  expect(operations).toBe(result.operations);
  expect(waitsMs).toEqual([5_000, 10_000, 20_000]);
});

test("what never passes becomes a failure that the workflow hears of", async () => {
  const { result, did } = await run(() => works("a"), { work: unreachable });
  expect(result).toMatchObject({ kind: "failed", failure: { code: "DATABASE_UNREACHABLE" } });
  expect(did).toEqual(["a", "a", "a", "a", "a"]);
});

test("a poll looks after half a minute first, and after five in the end", async () => {
  const { result, waitsMs, operations } = await run(looking(PATIENCE), { look: (times) => times === 10 });
  expect(waitsMs.map((ms) => ms / 1000)).toEqual([30, 42, 59, 83, 116, 162, 226, 300, 300]);
  expect(result).toMatchObject({ kind: "done", operations: 1 + 10 + 9 });
  expect(operations).toBe(result.operations);
});

test("pieces of one long wait go on with each other's intervals", async () => {
  const { waitsMs } = await run(pieces, { look: (times) => times === 4 });
  expect(waitsMs.map((ms) => ms / 1000)).toEqual([30, 42, 59, 59, 83, 116, 30, 42, 59]);
});

test("a poll survives looks that fail for now, and gives up where they go on failing", async () => {
  const shaky = await run(looking(PATIENCE), {
    look: (times) => times % 4 !== 0 || times > 8 || unreachable(),
  });
  expect(shaky.result).toMatchObject({ kind: "done" });
  const silent = await run(looking(PATIENCE), { look: unreachable });
  expect(silent.result).toMatchObject({ kind: "failed", failure: { code: "DATABASE_UNREACHABLE" } });
  expect(silent.did).toHaveLength(5);
});

test("a run that somebody else went on with during a wait is left alone", async () => {
  const store = memoryStore();
  const { result, did } = await run(
    function* () {
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
  expect(did).toEqual(["it"]);
});

test("reports are told once by the next activity that is sent, and the rest is given back", async () => {
  const { result, did } = await run(reporting, { look: (times) => times === 3 });
  expect(did).toEqual(["told one", "told two", "a", "told three", "it", "it", "it"]);
  expect(result.untold).toEqual([{ kind: "report", event: "four" }]);
  expect(result.operations).toBe(1 + 1 + 5);
});

test("reports wait where the catalog could not be read, and are told by the activity that comes after", async () => {
  const inner = memoryStore();
  let reads = 0;
  const store = {
    ...inner,
    journal: async (id: string) => {
      if (++reads === 2) throw new StillpointError("CATALOG_UNREADABLE", "the table is throttled");
      return inner.journal(id);
    },
  };
  function* reporting(): Workflow<null> {
    yield* ask("report", { event: "one" });
    yield* ask("work", { id: "a" });
    return null;
  }
  const { did, waitsMs } = await run(reporting, { store });
  expect(did).toEqual(["told one", "a"]);
  expect(waitsMs).toEqual([5_000]);
});

test("a failure that was handled is written down also where that has to be tried again", async () => {
  const inner = memoryStore();
  let reads = 0;
  const store = {
    ...inner,
    journal: async (id: string) => {
      if (++reads === 3) throw new StillpointError("CATALOG_UNREADABLE", "the table is throttled");
      return inner.journal(id);
    },
  };
  function* handling(): Workflow<unknown> {
    try {
      yield* ask("work", { id: "bad" });
    } catch {
      return yield* ask("work", { id: "next" });
    }
    return "nothing failed";
  }
  const denied = () => {
    throw new StillpointError("DATABASE_DENIED", "not allowed");
  };
  const { did } = await run(handling, { store, work: (id) => (id === "bad" ? denied() : id) });
  expect(did).toEqual(["bad", "next"]);
  expect(await inner.journal(RUN)).toMatchObject([
    { position: "fence" },
    { position: "0", outcome: { ok: false, failure: { code: "DATABASE_DENIED" } } },
    { position: "1", outcome: { ok: true, answer: "next" } },
  ]);
});

test("an activity that gave no answer is sent again, and what it has written down is not repeated", async () => {
  let calls = 0;
  const { result, did, waitsMs } = await run(() => works("a", "b"), {
    work: (id) => id,
    collapses: () => ++calls === 2,
  });
  expect(result).toMatchObject({ kind: "done", result: ["a", "b"] });
  expect(did).toEqual(["a", "b"]);
  expect(waitsMs).toEqual([5_000]);
});

test("a run whose activities never answer is stopped, and says which", async () => {
  let calls = 0;
  const { result } = await run(() => works("a"), { collapses: () => ++calls > 1 });
  expect(result).toMatchObject({ kind: "failed", failure: { code: "INTERNAL" } });
  expect(result).toMatchObject({
    failure: { message: expect.stringContaining('"carry-out" gave no answer') },
  });
});

test("so many effects are under way at once, and no more", async () => {
  let [underWay, most] = [0, 0];
  const ids = Array.from({ length: 25 }, (_, nth) => `${nth}`);
  const { result } = await run(() => all(ids.map((id) => ask.effect("work", { id }))), {
    work: async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
    },
  });
  expect(result.kind).toBe("done");
  expect(most).toBe(10);
});

test("a journal of any size is taken up page by page", async () => {
  const store = memoryStore();
  const ids = Array.from({ length: 6 }, (_, nth) => `${nth}`);
  const large = "x".repeat(100_000);
  await run(() => works(...ids), { store, work: () => large });
  const { result, did } = await run(() => works(...ids), { store, id: "run-2" });
  expect(result).toMatchObject({ kind: "done", result: ids.map(() => large), operations: 2 });
  expect(did).toEqual([]);
});

test("attempts with few operations hand a run on to each other, and the bound holds whatever it does", async () => {
  const unfailing = programs.filter((steps) => !JSON.stringify(steps).includes("lasting"));
  await fc.assert(
    fc.asyncProperty(unfailing, fc.integer({ min: 22, max: 50 }), async (steps, operationsMost) => {
      const undisturbed = await liveInProcess(new ProgramWorld(), steps);
      const world = new ProgramWorld();
      for (let nth = 0, result: DurableEnd<readonly string[]> | undefined; result?.kind !== "done"; nth++) {
        const host = new OrchestrationHost();
        const { handlers, ...running } = world.running(steps);
        const code = orchestrationCode(host, {
          ...running,
          handlers: () => handlers,
          pace: { firstMs: 1, mostMs: 10 },
          operationsMost,
        });
        host.deploy(code);
        host.start("run", {}, `run-${nth}`);
        result = (await host.run(`run-${nth}`)).output as DurableEnd<readonly string[]>;
        for (const instance of host.instances.slice(1)) {
          const operations = host.operationsOf(instance);
          expect(operations).toBeLessThanOrEqual(operationsMost);
          expect(host.endOf(instance)?.output).toMatchObject({ operations });
        }
        if (result.kind === "done") expect(result.result).toEqual(undisturbed);
      }
    }),
    { numRuns: 60 },
  );
});

async function liveInProcess(world: ProgramWorld, steps: readonly Step[]): Promise<readonly string[]> {
  for (;;) {
    const end = await RUNNERS[0]?.run(world.running(steps));
    if (end?.kind === "done") return end.result;
  }
}
