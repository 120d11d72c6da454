import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Store } from "../../shared/catalog/store.ts";
import { codeOf, StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { Handlers } from "../../shared/workflow/effect.ts";
import { Journal } from "../../shared/workflow/journal.ts";
import { runInProcess } from "../../shared/workflow/run-in-process.ts";
import { memoryStore } from "../catalog/memory-store.ts";
import { Life, mortalHandlers, mortalStore } from "./mortal.ts";
import { type ProgramEffects, program, programs, type Step } from "./random-program.ts";

const RUN = "run";
const MOST_LIVES = 60;

/** A world in which doing something twice gives what it gave the first time, but is noticed. */
class World {
  readonly store = memoryStore();
  readonly carriedOut: string[] = [];
  readonly reports: string[] = [];
  readonly #tries = new Map<string, number>();

  readonly handlers: Handlers<ProgramEffects> = {
    work: async ({ id, after, failure }) => {
      await this.#refuseKnown(id);
      this.carriedOut.push(id);
      const tries = (this.#tries.get(id) ?? 0) + 1;
      this.#tries.set(id, tries);
      if (failure.kind === "lasting") throw new StillpointError("DATABASE_DENIED", `"${id}" is not allowed`);
      if (failure.kind === "passing" && tries <= failure.tries)
        throw new StillpointError("DATABASE_REFUSED", `"${id}" failed for now`);
      return { id, text: `${id} after ${after.length}` };
    },
    look: async ({ id, looks }) => {
      await this.#refuseKnown(id);
      const tries = (this.#tries.get(id) ?? 0) + 1;
      this.#tries.set(id, tries);
      return { done: tries >= looks, id };
    },
    report: async ({ event }) => {
      this.reports.push(event);
      return null;
    },
  };

  /** What the journal holds must never be carried out again. */
  async #refuseKnown(id: string): Promise<void> {
    const known = JSON.stringify(await this.store.journal(RUN));
    const marks = [`"id":"${id}"`, JSON.stringify(`"${id}" is not allowed`)];
    if (marks.some((mark) => known.includes(mark))) throw new Error(`"${id}" was carried out again`);
  }
}

async function live(world: World, steps: readonly Step[], life: Life): Promise<readonly string[]> {
  const store: Store = mortalStore(life, world.store);
  const journal = await Journal.open(store, RUN);
  return runInProcess<ProgramEffects, readonly string[]>(program(steps), {
    handlers: mortalHandlers(life, world.handlers),
    journal,
    pass: async () => life.pass("sleep"),
  });
}

/** Lives again and again, each time until the next death, and at last to the end. */
async function liveUntilDone(world: World, steps: readonly Step[], deaths: readonly number[]) {
  for (let lives = 0; lives < MOST_LIVES; lives++) {
    const life = new Life(deaths[lives]);
    try {
      const result = await live(world, steps, life);
      if (!life.isOver) return result;
    } catch (error) {
      if (!life.isOver && codeOf(error) !== "DATABASE_REFUSED") throw error;
    }
  }
  throw new Error("the run never ended");
}

test("a run killed at any moments and resumed ends as an undisturbed one, whatever the workflow", async () => {
  await fc.assert(
    fc.asyncProperty(programs, fc.array(fc.nat(40), { maxLength: 12 }), async (steps, deaths) => {
      const undisturbed = await liveUntilDone(new World(), steps, []);
      const world = new World();
      expect(await liveUntilDone(world, steps, deaths)).toEqual(undisturbed);
    }),
    { numRuns: 400 },
  );
});

test("a failure that ended the run is tried again; one that the workflow handled is replayed", async () => {
  const steps: Step[] = [
    { kind: "work", failure: { kind: "lasting" } },
    { kind: "work", failure: { kind: "passing", tries: 2 } },
  ];
  const world = new World();
  await expect(live(world, steps, new Life())).rejects.toMatchObject({ code: "DATABASE_REFUSED" });
  await expect(live(world, steps, new Life())).rejects.toMatchObject({ code: "DATABASE_REFUSED" });
  await live(world, steps, new Life());
  expect(world.carriedOut).toEqual(["0", "1", "1", "1"]);
});

test("of effects side by side, those that succeeded are not repeated when one has failed", async () => {
  const branches = [
    { kind: "work", failure: { kind: "never" } },
    { kind: "work", failure: { kind: "passing", tries: 1 } },
    { kind: "work", failure: { kind: "never" } },
  ] as const;
  const world = new World();
  await expect(live(world, [{ kind: "all", branches }], new Life())).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
  });
  await live(world, [{ kind: "all", branches }], new Life());
  expect(world.carriedOut).toEqual(["0.0", "0.1", "0.2", "0.1"]);
});

test("a report is told again when a run is resumed, and leaves no entry", async () => {
  const world = new World();
  const steps: Step[] = [{ kind: "report" }, { kind: "sleep" }];
  await live(world, steps, new Life());
  await live(world, steps, new Life());
  expect(world.reports).toEqual(["0", "0"]);
  expect(await world.store.journal(RUN)).toHaveLength(1);
});

test("a journal is not replayed into a workflow that asks something else", async () => {
  const world = new World();
  await live(world, [{ kind: "work", failure: { kind: "never" } }], new Life());
  const others: Step[] = [{ kind: "sleep" }, { kind: "work", failure: { kind: "lasting" } }];
  for (const other of others)
    await expect(live(world, [other], new Life())).rejects.toMatchObject({ code: "JOURNAL_DIVERGED" });
  expect(world.carriedOut).toEqual(["0"]);
});
