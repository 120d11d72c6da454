import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { ErrorCode } from "../../shared/errors/table.ts";
import {
  all,
  type Handlers,
  type Patience,
  poll,
  sleep,
  type Workflow,
} from "../../shared/workflow/effect.ts";
import { Journal } from "../../shared/workflow/journal.ts";
import { memoryStore } from "../catalog/memory-store.ts";
import { ProgramWorld, RUN } from "./program-world.ts";
import { programs, type Step } from "./random-program.ts";
import { dyingAt, type Fate, givenUpAt, type Runner } from "./runners.ts";
import { ask, type Effects, works } from "./small-workflows.ts";

const PATIENCE: Patience = { firstMs: 100, factor: 2, mostMs: 1_000, limitMs: 3_600_000 };
const MOST_RUNS = 60;

/** Something of everything, so that a death finds every kind of moment. */
const VARIED: readonly Step[] = [
  { kind: "work", failure: { kind: "never" } },
  { kind: "report" },
  { kind: "work", failure: { kind: "lasting" } },
  {
    kind: "all",
    branches: [
      { kind: "work", failure: { kind: "never" } },
      { kind: "work", failure: { kind: "lasting" } },
      { kind: "poll", looks: 2 },
      { kind: "sleep" },
    ],
  },
  { kind: "sleep" },
  { kind: "poll", looks: 3 },
  { kind: "work", failure: { kind: "never" } },
];

/** What every runner keeps to. `others` go on with what this one has begun, and it with what they have. */
export function describeRunner(runner: Runner, others: readonly Runner[]): void {
  describe.concurrent(`a workflow ${runner.name}`, () => {
    test("carries effects out one after the other and is resumed with their answers", async () => {
      const { end, did } = await runOnce(runner, () => works("a", "b"), { work: (id) => ({ text: id }) });
      expect(did).toEqual(["a", "b"]);
      expect(end).toMatchObject({ kind: "done", result: [{ text: "a" }, { text: "b" }] });
    });

    test("hears of a failure by its code, and goes on or ends with it", async () => {
      const work = (id: string) => (id === "bad" ? refuse("DATABASE_DENIED") : id);
      const handled = await runOnce(runner, () => handling("bad", "next"), { work });
      expect(handled.end).toMatchObject({ kind: "done", result: "DATABASE_DENIED next" });
      const failed = await runOnce(runner, () => works("bad", "next"), { work });
      expect(failed.end).toMatchObject({ kind: "failed", failure: { code: "DATABASE_DENIED" } });
      expect(failed.did).toEqual(["bad"]);
    });

    test("is told all outcomes of effects side by side, in order, also when one fails", async () => {
      const { end, did } = await runOnce(runner, () => all(["a", "bad", "c"].map(workOf)), {
        work: (id) => (id === "bad" ? refuse("DATABASE_DENIED") : id),
      });
      expect([...did].sort()).toEqual(["a", "bad", "c"]);
      expect(end).toMatchObject({
        result: [{ answer: "a" }, { ok: false, failure: { code: "DATABASE_DENIED" } }, { answer: "c" }],
      });
    });

    test("has any number of effects side by side, none included", async () => {
      const ids = Array.from({ length: 23 }, (_, nth) => `${nth}`);
      const { end, did } = await runOnce(runner, () => all(ids.map(workOf)));
      expect(did).toHaveLength(ids.length);
      expect((end as { result?: unknown[] }).result).toHaveLength(ids.length);
      expect((await runOnce(runner, () => all([]))).end).toMatchObject({ kind: "done", result: [] });
    });

    test("sleeps without being interrupted", async () => {
      const { end } = await runOnce(runner, () => sleep(60_000));
      expect(end).toMatchObject({ kind: "done", result: { interrupted: false } });
    });

    test("is resumed by a poll when its answer is done, or told that it took too long", async () => {
      const slow = poll.bind(undefined, ask.effect("look", { id: "slow" }));
      const { end, did } = await runOnce(runner, () => slow(PATIENCE), { look: (times) => times === 4 });
      expect(end).toMatchObject({ kind: "done", result: { done: true } });
      expect(did).toHaveLength(4);
      const late = await runOnce(runner, () => slow({ ...PATIENCE, limitMs: 50 }), { look: () => false });
      expect(late.end).toMatchObject({ kind: "failed", failure: { code: "TIMED_OUT" } });
    });

    test("leaves no entry of what is asked in every life, or only told", async () => {
      function* again(): Workflow<null> {
        yield* ask("report", { event: "one" });
        yield* ask("look-again", {});
        yield* ask("work", { id: "a" });
        return null;
      }
      const { did, entries } = await runOnce(runner, again);
      expect([...did].sort()).toEqual(["a", "look-again", "told one"]);
      expect(entries).toEqual(["work"]);
    });

    test("ends with CATALOG_CONFLICT when somebody else takes the run over", async () => {
      const store = memoryStore();
      const { end, did } = await runOnce(runner, () => works("a", "b"), {
        store,
        work: async (id) => {
          if (id === "a") await Journal.fence(store, RUN);
          return id;
        },
      });
      expect(end).toMatchObject({ kind: "failed", failure: { code: "CATALOG_CONFLICT" } });
      expect(did).toEqual(["a"]);
    });

    test("is not begun on the journal of another workflow", async () => {
      const store = memoryStore();
      await runOnce(runner, () => works("a"), { store });
      const { end, did } = await runOnce(runner, () => works("b"), { store });
      expect(end).toMatchObject({ kind: "failed", failure: { code: "JOURNAL_DIVERGED" } });
      expect(did).toEqual([]);
    });

    test("tries the failure again that ended it, and replays one that it has handled", async () => {
      const steps: Step[] = [
        { kind: "work", failure: { kind: "lasting" } },
        { kind: "work", failure: { kind: "passing", tries: 2 } },
      ];
      const world = new ProgramWorld();
      await live(runner, world, steps);
      expect(world.carriedOut).toEqual(["0", "1", "1", "1"]);
    });

    test("killed at any moment and begun again, repeats nothing that is on record", async () => {
      const undisturbed = await live(runner, new ProgramWorld(), VARIED);
      const moments: string[] = [];
      const counting: Fate = { dies: (moment) => moments.push(moment) < 0, isGivenUp: () => false };
      await live(runner, new ProgramWorld(), VARIED, counting);
      expect(moments.length).toBeGreaterThan(20);
      for (const [nth, moment] of moments.entries())
        expect(await live(runner, new ProgramWorld(), VARIED, dyingAt([nth])), moment).toEqual(undisturbed);
    });

    test("killed at any moments, ends as an undisturbed one, whatever it is", async () => {
      await fc.assert(
        fc.asyncProperty(programs, fc.array(fc.nat(60), { maxLength: 12 }), async (steps, deaths) => {
          const undisturbed = await live(runner, new ProgramWorld(), steps);
          expect(await live(runner, new ProgramWorld(), steps, dyingAt(deaths))).toEqual(undisturbed);
        }),
        { numRuns: 40 },
      );
    });

    test.each(others)("given up at any moment, is ended $name", async (other) => {
      const undisturbed = await live(runner, new ProgramWorld(), VARIED);
      for (let nth = 0, isOver = false; !isOver; nth++) {
        const world = new ProgramWorld();
        const end = await runner.run(world.running(VARIED), givenUpAt(nth));
        isOver = end.kind !== "given-up";
        expect(await live(other, world, VARIED), `moment ${nth}`).toEqual(undisturbed);
      }
    });
  });
}

function workOf(id: string) {
  return ask.effect("work", { id });
}

function* handling(bad: string, next: string): Workflow<string> {
  try {
    yield* ask("work", { id: bad });
  } catch (error) {
    return `${(error as StillpointError).code} ${yield* ask("work", { id: next })}`;
  }
  return "nothing failed";
}

function refuse(code: ErrorCode): never {
  throw new StillpointError(code, "not now");
}

interface Situation {
  readonly work?: (id: string) => unknown;
  readonly look?: (times: number) => boolean;
  readonly store?: ReturnType<typeof memoryStore>;
}

async function runOnce<T>(runner: Runner, workflow: () => Workflow<T>, situation: Situation = {}) {
  const { work = () => null, look = () => true, store = memoryStore() } = situation;
  const did: string[] = [];
  const handlers: Handlers<Effects> = {
    work: async ({ id }) => {
      did.push(id);
      return work(id);
    },
    look: async ({ id }) => ({ done: look(did.push(id)) }),
    "look-again": async () => noted(did, "look-again"),
    report: async ({ event }) => noted(did, `told ${event}`),
  };
  const end = await runner.run<Effects, T>({ workflow, handlers, store, run: RUN });
  const entries = (await store.journal(RUN)) as readonly { readonly kind?: string }[];
  return { end, did, entries: entries.flatMap(({ kind }) => kind ?? []) };
}

function noted(did: string[], what: string): null {
  did.push(what);
  return null;
}

/** Run after run, as long as one fails for now. */
async function live(
  runner: Runner,
  world: ProgramWorld,
  steps: readonly Step[],
  fate?: Fate,
): Promise<readonly string[]> {
  for (let nth = 0; nth < MOST_RUNS; nth++) {
    const end = await runner.run(world.running(steps), fate);
    if (end.kind === "done") return end.result;
    expect(end).toMatchObject({ kind: "failed", failure: { code: "DATABASE_REFUSED" } });
  }
  throw new Error("the run never ended");
}
