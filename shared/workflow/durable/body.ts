import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { toFailure } from "../../errors/stillpoint-error.ts";
import { answered, type Ended } from "./ended.ts";
import { type Invocation, nameOf, type Task } from "./invocation.ts";
import { ATTEMPTS_MOST, isPassing, waitAfter } from "./passing.ts";
import { ask, performOnce } from "./perform.ts";

/** An effect as a step: its failure is a result, so that the engine repeats only what may pass. */
export function step(context: DurableContext, invocation: Invocation, task: Task): Promise<Ended> {
  return inStep(context, invocation, nameOf(task), (attempt) => once(invocation, task, attempt));
}

/** A step whose body may fail for the passing moment, and whose last failure stops the run. */
export function inStep(
  context: DurableContext,
  invocation: Invocation,
  name: string,
  body: (attempt: number) => Promise<Ended>,
): Promise<Ended> {
  const work = async ({ attempt }: { readonly attempt: number }): Promise<Ended> => {
    try {
      await prepare(invocation, attempt);
      return await body(attempt);
    } catch (error) {
      if (isPassing(error) && attempt < ATTEMPTS_MOST) throw error;
      return { kind: "stopped", failure: toFailure(error), spent: attempt, told: true };
    }
  };
  return context.step(name, work, {
    retryStrategy: (_error, attempt) => ({ shouldRetry: attempt < ATTEMPTS_MOST, delay: waitAfter(attempt) }),
  });
}

/** What comes before any work of a body: the reports that wait, and what the workflow has gone on in spite of. */
export async function prepare(invocation: Invocation, attempt: number): Promise<void> {
  const { handlers, journal, untold } = invocation;
  if (attempt === 1) {
    invocation.untold = [];
    for (const report of untold) await ask(handlers, report);
  }
  await journal.flush();
}

async function once(invocation: Invocation, { effect, position }: Task, attempt: number): Promise<Ended> {
  const isLast = attempt >= ATTEMPTS_MOST;
  const { outcome, isRecorded } = await performOnce(invocation, { effect, position, isLast });
  return answered(outcome, { spent: attempt, told: true }, isRecorded);
}
