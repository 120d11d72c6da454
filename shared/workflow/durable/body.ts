import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { StillpointError, toFailure } from "../../errors/stillpoint-error.ts";
import { type Effect, NEVER_JOURNALLED, type Outcome } from "../effect.ts";
import { answered, type Ended } from "./ended.ts";
import { type Invocation, nameOf, type Task } from "./invocation.ts";
import { ATTEMPTS_MOST, isPassing, waitAfter } from "./passing.ts";

/** Nobody can interrupt an execution but by stopping it, which ends the process. */
const UNINTERRUPTED = new AbortController().signal;

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

/** An invocation that died between the entry and the checkpoint has left the answer in the journal. */
async function once(invocation: Invocation, task: Task, attempt: number): Promise<Ended> {
  const { journal } = invocation;
  const { effect, position } = task;
  const effort = { spent: attempt, told: true };
  const isJournalled = !NEVER_JOURNALLED.has(effect.kind);
  const earlier = isJournalled ? journal.recall(position, effect) : undefined;
  const outcome = earlier ?? (await perform(invocation, effect, attempt));
  // A failure becomes history only when the workflow goes on: see `settle`.
  const isRecorded = isJournalled && outcome.ok;
  if (isRecorded) await journal.record(position, effect, outcome);
  return answered(outcome, effort, isRecorded);
}

/** Throws what may pass while there are attempts left. */
async function perform({ handlers }: Invocation, effect: Effect, attempt: number): Promise<Outcome> {
  try {
    return { ok: true, answer: await ask(handlers, effect) };
  } catch (error) {
    if (isPassing(error) && attempt < ATTEMPTS_MOST) throw error;
    return { ok: false, failure: toFailure(error) };
  }
}

export async function ask(handlers: Invocation["handlers"], effect: Effect): Promise<unknown> {
  const handler = handlers[effect.kind];
  if (handler !== undefined) return handler(effect, UNINTERRUPTED);
  throw new StillpointError("INTERNAL", `no handler for effect "${effect.kind}"`);
}
