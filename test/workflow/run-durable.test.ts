import * as fc from "fast-check";
import { expect, test } from "vitest";
import { codeOf } from "../../shared/errors/stillpoint-error.ts";
import { DurableLife } from "./durable-life.ts";
import { type ExecutionEnd, execute } from "./durable-service.ts";
import { Life } from "./mortal.ts";
import { type ProgramEnd, ProgramWorld } from "./program-world.ts";
import { programs, type Step } from "./random-program.ts";

const MOST_EXECUTIONS = 60;

/** One execution after the other, as a host starts them: where one failed for now, or has used up its operations. */
async function liveDurably(
  world: ProgramWorld,
  steps: readonly Step[],
  lifeOf?: (invocation: number) => DurableLife,
  operationsMost?: number,
): Promise<readonly string[]> {
  const handler = world.handler(steps, operationsMost === undefined ? {} : { operationsMost });
  for (let attempt = 1; attempt <= MOST_EXECUTIONS; attempt++) {
    const end = await execute({ handler, name: `run-${attempt}`, ...(lifeOf && { lifeOf }) });
    const result = resultOf(end);
    expect(result.operations).toBe(end.operations - 1);
    if (operationsMost !== undefined) expect(result.operations).toBeLessThanOrEqual(operationsMost);
    if (result.kind === "done") return result.result;
    if (result.kind === "failed") expect(result.failure.code).toBe("DATABASE_REFUSED");
  }
  throw new Error("the run never ended");
}

function resultOf(end: ExecutionEnd): ProgramEnd {
  expect(end).toMatchObject({ status: "SUCCEEDED" });
  return end.result as ProgramEnd;
}

/** Dies at the given moments, counted over all invocations. */
function dyingAt(deaths: readonly number[]): () => DurableLife {
  let moment = 0;
  const left = new Set(deaths);
  return () => new DurableLife(() => left.delete(moment++));
}

async function liveInProcess(world: ProgramWorld, steps: readonly Step[]): Promise<readonly string[]> {
  for (let lives = 0; lives < MOST_EXECUTIONS; lives++)
    try {
      return await world.inProcess(steps);
    } catch (error) {
      if (codeOf(error) !== "DATABASE_REFUSED") throw error;
    }
  throw new Error("the run never ended");
}

test.concurrent("a workflow gives the same result in a durable execution as in a process, whatever it is", async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (steps) => {
      const undisturbed = await liveInProcess(new ProgramWorld(), steps);
      expect(await liveDurably(new ProgramWorld(), steps)).toEqual(undisturbed);
    }),
    { numRuns: 60 },
  );
});

test.concurrent("an execution whose invocations die at any moments ends as an undisturbed one", async () => {
  await fc.assert(
    fc.asyncProperty(programs, fc.array(fc.nat(60), { maxLength: 12 }), async (steps, deaths) => {
      const undisturbed = await liveInProcess(new ProgramWorld(), steps);
      expect(await liveDurably(new ProgramWorld(), steps, dyingAt(deaths))).toEqual(undisturbed);
    }),
    { numRuns: 100 },
  );
});

test.concurrent("an execution with few operations is continued by the next, and the bound holds whatever it does", async () => {
  const unfailing = programs.filter((steps) => !JSON.stringify(steps).includes("lasting"));
  await fc.assert(
    fc.asyncProperty(unfailing, fc.integer({ min: 17, max: 40 }), async (steps, most) => {
      const undisturbed = await liveInProcess(new ProgramWorld(), steps);
      expect(await liveDurably(new ProgramWorld(), steps, undefined, most)).toEqual(undisturbed);
    }),
    { numRuns: 60 },
  );
});

test.concurrent("a run goes on from process to execution and back, killed wherever it is", async () => {
  const lives = fc.array(fc.record({ durable: fc.boolean(), death: fc.nat(30) }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(programs, lives, fc.boolean(), async (steps, before, durable) => {
      const undisturbed = await liveInProcess(new ProgramWorld(), steps);
      const world = new ProgramWorld();
      for (const [turn, life] of before.entries()) await liveUntil(world, steps, { ...life, turn });
      const last = durable ? liveDurably(world, steps) : liveInProcess(world, steps);
      expect(await last).toEqual(undisturbed);
    }),
    { numRuns: 100 },
  );
});

/** In a process that is killed, or in an execution that is stopped. */
async function liveUntil(
  world: ProgramWorld,
  steps: readonly Step[],
  { durable, death, turn }: { readonly durable: boolean; readonly death: number; readonly turn: number },
): Promise<void> {
  if (!durable) return void (await world.inProcess(steps, new Life(death)).catch(() => undefined));
  let isDead = false;
  const life = new DurableLife(() => {
    isDead = --death < 0;
    return isDead;
  });
  const handler = world.handler(steps);
  await execute({ handler, name: `before-${turn}`, lifeOf: () => life, isStopped: () => isDead });
}
