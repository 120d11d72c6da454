import * as fc from "fast-check";
import { expect, test } from "vitest";
import { codeOf } from "../../shared/errors/stillpoint-error.ts";
import { Life } from "./mortal.ts";
import { ProgramWorld, RUN } from "./program-world.ts";
import { programs, type Step } from "./random-program.ts";

const MOST_LIVES = 60;

/** Lives again and again, each time until the next death, and at last to the end. */
async function liveUntilDone(world: ProgramWorld, steps: readonly Step[], deaths: readonly number[]) {
  for (let lives = 0; lives < MOST_LIVES; lives++) {
    const life = new Life(deaths[lives]);
    try {
      const result = await world.inProcess(steps, life);
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
      const undisturbed = await liveUntilDone(new ProgramWorld(), steps, []);
      const world = new ProgramWorld();
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
  const world = new ProgramWorld();
  await expect(world.inProcess(steps)).rejects.toMatchObject({ code: "DATABASE_REFUSED" });
  await expect(world.inProcess(steps)).rejects.toMatchObject({ code: "DATABASE_REFUSED" });
  await world.inProcess(steps);
  expect(world.carriedOut).toEqual(["0", "1", "1", "1"]);
});

test("of effects side by side, those that succeeded are not repeated when one has failed", async () => {
  const branches = [
    { kind: "work", failure: { kind: "never" } },
    { kind: "work", failure: { kind: "passing", tries: 1 } },
    { kind: "work", failure: { kind: "never" } },
  ] as const;
  const world = new ProgramWorld();
  await expect(world.inProcess([{ kind: "all", branches }])).rejects.toMatchObject({
    code: "DATABASE_REFUSED",
  });
  await world.inProcess([{ kind: "all", branches }]);
  expect(world.carriedOut).toEqual(["0.0", "0.1", "0.2", "0.1"]);
});

test("a report is told again when a run is resumed, and leaves no entry", async () => {
  const world = new ProgramWorld();
  const steps: Step[] = [{ kind: "report" }, { kind: "sleep" }];
  await world.inProcess(steps);
  await world.inProcess(steps);
  expect(world.reports).toEqual(["0", "0"]);
  expect(await world.store.journal(RUN)).toHaveLength(1);
});

test("a journal is not replayed into a workflow that asks something else", async () => {
  const world = new ProgramWorld();
  await world.inProcess([{ kind: "work", failure: { kind: "never" } }]);
  const others: Step[] = [{ kind: "sleep" }, { kind: "work", failure: { kind: "lasting" } }];
  for (const other of others)
    await expect(world.inProcess([other])).rejects.toMatchObject({ code: "JOURNAL_DIVERGED" });
  expect(world.carriedOut).toEqual(["0"]);
});
