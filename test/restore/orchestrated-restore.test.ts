import { expect, test } from "vitest";
import { isLonger } from "../longer.ts";
import { Life } from "../workflow/mortal.ts";
import { contentOf, undisturbed } from "./content-of.ts";
import { planOf } from "./example-plan.ts";
import { type Orchestrated, orchestrateRestore } from "./orchestrated-situation.ts";
import { Situation } from "./situation.ts";

const MODES = ["in-place", "side-by-side"] as const;
const TABLES = 1;
/** Each run replays its whole history dozens of times: so many moments are passed over, unless all are asked for. */
const STRIDE = isLonger ? 1 : 7;

function some<A>(moments: readonly A[], from: number): readonly (readonly [number, A])[] {
  return [...moments.entries()].filter(([nth]) => nth % STRIDE === from % STRIDE);
}

function doneOf({ result }: Orchestrated): unknown {
  if (result?.kind !== "done") throw new Error(`the restore did not end: ${JSON.stringify(result)}`);
  return contentOf(result.result);
}

/** The moments of an undisturbed orchestration: around every turn, activity, effect and entry. */
async function momentsOf(mode: (typeof MODES)[number]): Promise<readonly string[]> {
  const moments: string[] = [];
  await orchestrateRestore(new Situation(planOf(TABLES, mode)), {
    dies: (moment) => moments.push(moment) < 0,
  });
  return moments;
}

test.each(MODES)(
  "killed at any turn, activity, effect or entry, an orchestrated restore %s ends as an undisturbed one",
  async (mode) => {
    const { result, snapshot } = await undisturbed(TABLES, mode);
    for (const [nth, moment] of some(await momentsOf(mode), 0)) {
      const situation = new Situation(planOf(TABLES, mode));
      let passed = 0;
      const end = await orchestrateRestore(situation, { dies: () => passed++ === nth });
      expect(doneOf(end), moment).toEqual(result);
      expect(situation.cloud.law.broken, moment).toEqual([]);
      expect(situation.cloud.snapshot(), moment).toEqual(snapshot);
    }
  },
);

test("a restore under which new code is deployed at any moment ends as an undisturbed one", async () => {
  const { result, snapshot } = await undisturbed(TABLES);
  let attempts = 0;
  for (const [nth, moment] of some(await momentsOf("in-place"), 2)) {
    const situation = new Situation(planOf(TABLES));
    let passed = 0;
    const end = await orchestrateRestore(situation, {
      dies: (_moment, deploy) => {
        if (passed++ !== nth) return false;
        deploy("2");
        return nth % 2 === 0;
      },
    });
    expect(doneOf(end), moment).toEqual(result);
    expect(situation.cloud.law.broken, moment).toEqual([]);
    expect(situation.cloud.snapshot(), moment).toEqual(snapshot);
    attempts = Math.max(attempts, end.attempts);
  }
  expect(attempts).toBe(2);
});

test("an orchestrated restore given up at any moment is continued by another, or on the command line", async () => {
  const { result, snapshot } = await undisturbed(TABLES);
  for (const [nth, moment] of some(await momentsOf("in-place"), 4)) {
    const situation = new Situation(planOf(TABLES));
    let passed = 0;
    let isDead = false;
    const dies = () => {
      isDead ||= passed++ === nth;
      return isDead;
    };
    const given = await orchestrateRestore(situation, { dies, isStopped: () => isDead });
    expect(given.status, moment).toBe("Stopped");
    const end =
      nth % 2 === 0
        ? await situation.run().then(contentOf)
        : doneOf(await orchestrateRestore(situation, { id: "run-2" }));
    expect(end, moment).toEqual(result);
    expect(situation.cloud.law.broken, moment).toEqual([]);
    expect(situation.cloud.snapshot(), moment).toEqual(snapshot);
  }
});

test("a restore begun on the command line and killed at any moment goes on as an orchestration", async () => {
  const { result, snapshot } = await undisturbed(TABLES);
  const life = new Life();
  await new Situation(planOf(TABLES)).run(life);
  for (const [nth, moment] of some(life.moments, 6)) {
    const situation = new Situation(planOf(TABLES));
    expect(await situation.end(new Life(nth)), moment).toBe("killed");
    expect(doneOf(await orchestrateRestore(situation)), moment).toEqual(result);
    expect(situation.cloud.law.broken, moment).toEqual([]);
    expect(situation.cloud.snapshot(), moment).toEqual(snapshot);
  }
});

test("with few operations each, attempts hand a restore on to each other", async () => {
  const { result, snapshot } = await undisturbed(TABLES);
  const situation = new Situation(planOf(TABLES));
  const end = await orchestrateRestore(situation, { operationsMost: 40 });
  expect(doneOf(end)).toEqual(result);
  expect(end.attempts).toBeGreaterThan(1);
  expect(situation.cloud.snapshot()).toEqual(snapshot);
});
