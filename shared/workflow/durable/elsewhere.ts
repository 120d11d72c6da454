import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { messageOf, toFailure } from "../../errors/stillpoint-error.ts";
import type { Effect, Handlers, Outcome, Vocabulary } from "../effect.ts";
import { inStep } from "./body.ts";
import { answered, type Ended } from "./ended.ts";
import { type Elsewhere, type Invocation, nameOf, type Task } from "./invocation.ts";
import { isPassing, waitAfter } from "./passing.ts";
import { ask } from "./perform.ts";

/** What the other function is given; it answers an `Outcome`, whatever happens. */
export interface ElsewhereInput {
  readonly deployment: string;
  readonly effect: Effect;
}

/** A function that died or was throttled is asked again so often. */
const TRIES_MOST = 3;

/** The answer is written down by a step of its own: another execution must not repeat hours of work. */
export async function elsewhere(
  context: DurableContext,
  invocation: Invocation,
  task: Task,
  { functionArn, deployment }: Elsewhere,
): Promise<Ended> {
  const { journal } = invocation;
  const { effect, position } = task;
  const { outcome, spent } = await invoked(context, nameOf(task), { functionArn, deployment, effect });
  if (!outcome.ok) return answered(outcome, { spent, told: false }, false);
  return inStep(context, invocation, `${position}-keep`, async (attempt) => {
    await journal.record(position, effect, outcome);
    return answered(outcome, { spent: spent + attempt, told: true }, true);
  });
}

/** The other function's part: whatever happens is its answer. */
export async function carryOutHere<V extends Vocabulary>(
  handlers: Handlers<V>,
  { effect }: ElsewhereInput,
): Promise<Outcome> {
  try {
    // What came as JSON is what the workflow has asked with.
    return { ok: true, answer: await ask(handlers as Handlers<Vocabulary>, effect) };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

async function invoked(
  context: DurableContext,
  name: string,
  { functionArn, ...input }: ElsewhereInput & { readonly functionArn: string },
): Promise<{ readonly outcome: Outcome; readonly spent: number }> {
  for (let tries = 1, spent = 1; ; tries++, spent += 2) {
    const suffix = tries === 1 ? "" : `-${tries}`;
    const { outcome, again } = await context
      .invoke<ElsewhereInput, Outcome>(`${name}${suffix}`, functionArn, input)
      .then(heard)
      .catch((error: unknown) => silent(functionArn, error));
    if (!again || tries === TRIES_MOST) return { outcome, spent };
    await context.wait(`${name}-wait-${tries}`, waitAfter(tries));
  }
}

interface Heard {
  readonly outcome: Outcome;
  readonly again: boolean;
}

function heard(outcome: Outcome): Heard {
  if (typeof (outcome as Outcome | null)?.ok !== "boolean") throw new Error("its answer is no outcome");
  return { outcome, again: !outcome.ok && isPassing(outcome.failure) };
}

function silent(functionArn: string, error: unknown): Heard {
  const message = `function "${functionArn}" gave no answer: ${messageOf(error)}`;
  return { outcome: { ok: false, failure: toFailure(new Error(message)) }, again: true };
}
