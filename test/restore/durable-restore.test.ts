import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DurableLife } from "../workflow/durable-life.ts";
import { Life } from "../workflow/mortal.ts";
import { contentOf, undisturbed } from "./content-of.ts";
import { executeRestore, type RestoreExecution } from "./durable-situation.ts";
import { planOf } from "./example-plan.ts";
import { Situation } from "./situation.ts";

const MODES = ["in-place", "side-by-side"] as const;
const TABLES = 2;
/** Situations that wait for the SDK's suspensions side by side. */
const AT_A_TIME = 25;

function doneOf({ result }: RestoreExecution): unknown {
  if (result?.kind !== "done") throw new Error(`the restore did not end: ${JSON.stringify(result)}`);
  return contentOf(result.result);
}

/** The moments of an undisturbed execution: around every effect, entry and checkpoint. */
async function momentsOf(mode: (typeof MODES)[number]): Promise<readonly string[]> {
  const moments: string[] = [];
  const situation = new Situation(planOf(TABLES, mode));
  await executeRestore(situation, {
    lifeOf: () => new DurableLife((moment) => moments.push(moment) < 0),
  });
  return moments;
}

async function sideBySide<A>(items: readonly A[], each: (item: A) => Promise<void>): Promise<void> {
  const rest = items.values();
  const work = async () => {
    for (const item of rest) await each(item);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
}

/** Dies at the nth moment of all invocations, once. */
function dyingAt(nth: number): () => DurableLife {
  let moment = 0;
  return () => new DurableLife(() => moment++ === nth);
}

test.concurrent.each(MODES)(
  "killed at any effect, entry or checkpoint and invoked again, a durable restore %s ends as an undisturbed one",
  async (mode) => {
    const { result, snapshot } = await undisturbed(TABLES, mode);
    const moments = await momentsOf(mode);
    await sideBySide([...moments.entries()], async ([nth, moment]) => {
      const situation = new Situation(planOf(TABLES, mode));
      const end = await executeRestore(situation, { lifeOf: dyingAt(nth) });
      expect(doneOf(end), moment).toEqual(result);
      expect(situation.cloud.law.broken, moment).toEqual([]);
      expect(situation.cloud.snapshot(), moment).toEqual(snapshot);
    });
  },
);

test.concurrent("killed again and again at random moments, a durable restore ends as an undisturbed one", async () => {
  const { result, snapshot } = await undisturbed(TABLES);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(120), { minLength: 2, maxLength: 12 }), async (deaths) => {
      const situation = new Situation(planOf(TABLES));
      let left = [...deaths];
      let moment = 0;
      const dies = () => {
        if (moment++ !== left[0]) return false;
        left = left.slice(1);
        moment = 0;
        return true;
      };
      const end = await executeRestore(situation, { lifeOf: () => new DurableLife(dies) });
      expect(doneOf(end)).toEqual(result);
      expect(situation.cloud.law.broken).toEqual([]);
      expect(situation.cloud.snapshot()).toEqual(snapshot);
    }),
    { numRuns: 30 },
  );
});

/** Dies at the nth moment, and is stopped before it is invoked again. */
async function stoppedAt(situation: Situation, nth: number, name: string): Promise<RestoreExecution> {
  let moment = 0;
  let isDead = false;
  const dies = () => {
    isDead ||= moment++ === nth;
    return isDead;
  };
  return executeRestore(situation, { name, lifeOf: () => new DurableLife(dies), isStopped: () => isDead });
}

test.concurrent("a durable restore stopped at any moment is continued by a new execution, or on the command line", async () => {
  const { result, snapshot } = await undisturbed(TABLES);
  const moments = await momentsOf("in-place");
  await sideBySide([...moments.entries()], async ([nth, moment]) => {
    const situation = new Situation(planOf(TABLES));
    expect((await stoppedAt(situation, nth, "run-1")).status, moment).toBe("STOPPED");
    const end =
      nth % 2 === 0
        ? await situation.run().then(contentOf)
        : doneOf(await executeRestore(situation, { name: "run-2" }));
    expect(end, moment).toEqual(result);
    expect(situation.cloud.law.broken, moment).toEqual([]);
    expect(situation.cloud.snapshot(), moment).toEqual(snapshot);
  });
});

test.concurrent("a restore begun on the command line and killed at any moment goes on as a durable execution", async () => {
  const { result, snapshot } = await undisturbed(TABLES);
  const life = new Life();
  await new Situation(planOf(TABLES)).run(life);
  await sideBySide([...life.moments.entries()], async ([nth, moment]) => {
    const situation = new Situation(planOf(TABLES));
    expect(await situation.end(new Life(nth)), moment).toBe("killed");
    expect(doneOf(await executeRestore(situation)), moment).toEqual(result);
    expect(situation.cloud.law.broken, moment).toEqual([]);
    expect(situation.cloud.snapshot(), moment).toEqual(snapshot);
  });
});

test.concurrent("with few operations each, executions hand a restore on to each other", async () => {
  const { result, snapshot } = await undisturbed(TABLES);
  const situation = new Situation(planOf(TABLES));
  let end: RestoreExecution | undefined;
  for (let attempt = 1; end?.result?.kind !== "done"; attempt++) {
    end = await executeRestore(situation, { name: `run-${attempt}`, operationsMost: 40 });
    expect(end.operations).toBeLessThanOrEqual(41);
    expect(attempt).toBeLessThan(10);
  }
  expect(doneOf(end)).toEqual(result);
  expect(situation.cloud.snapshot()).toEqual(snapshot);
});
