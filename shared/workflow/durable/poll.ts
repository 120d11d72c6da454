import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { toFailure } from "../../errors/stillpoint-error.ts";
import type { Patience, Poll } from "../effect.ts";
import { prepare } from "./body.ts";
import { answered, type Ended } from "./ended.ts";
import { type Invocation, nameOf, type Task } from "./invocation.ts";
import { ATTEMPTS_MOST, isPassing } from "./passing.ts";
import { lookOnce } from "./perform.ts";
import {
  beforeLooking,
  type PollPace,
  type PollWait,
  paced,
  timedOut,
  waitOn,
  wholeSeconds,
} from "./poll-wait.ts";

export const LAMBDA_PACE: PollPace = { firstMs: 30_000, mostMs: 300_000 };

interface Waiting extends PollWait {
  readonly ended: Ended | null;
}

/** How a poll ended, and the interval with which the next piece of the same stretch may go on. */
export interface PollEnd {
  readonly ended: Ended;
  readonly nextMs: number;
}

/** All looks as one operation of the engine's, which counts each. */
export async function pollDurably(
  context: DurableContext,
  invocation: Invocation,
  task: Task & { readonly fromMs?: number | undefined },
): Promise<PollEnd> {
  const poll = task.effect as Poll;
  const patience = paced(poll.patience, invocation.pace, task.fromMs);
  const mostLooks = task.allowance - 1;
  const end = await context.waitForCondition<Waiting>(
    nameOf(task),
    (state, { attempt }) => look(invocation, { ...task, poll, patience }, state, attempt),
    {
      initialState: { ...beforeLooking(patience), ended: null },
      waitStrategy: ({ looks, nextMs, ended }) =>
        ended !== null || looks >= mostLooks
          ? { shouldContinue: false }
          : { shouldContinue: true, delay: wholeSeconds(nextMs) },
    },
  );
  const effort = { spent: 1 + end.looks, told: true };
  const ended: Ended = end.ended === null ? { kind: "undone", ...effort } : { ...end.ended, ...effort };
  return { ended, nextMs: end.nextMs };
}

interface Looking {
  readonly poll: Poll;
  readonly patience: Patience;
  readonly position: string;
}

/** One look. It never throws: the engine would give the whole poll up. */
async function look(
  invocation: Invocation,
  looking: Looking,
  before: Waiting,
  attempt: number,
): Promise<Waiting> {
  const state = { ...before, looks: before.looks + 1 };
  const isLast = before.inVain + 1 >= ATTEMPTS_MOST;
  try {
    await prepare(invocation, attempt);
    const done = await lookOnce(invocation, { effect: looking.poll, position: looking.position, isLast });
    if (done === undefined) return waitOrGiveUp(looking, { ...state, inVain: 0 });
    return { ...state, ended: answered(done.outcome, EFFORT, done.isRecorded) };
  } catch (error) {
    if (isPassing(error) && !isLast) return waitOrGiveUp(looking, { ...state, inVain: state.inVain + 1 });
    return { ...state, ended: { kind: "stopped", failure: toFailure(error), ...EFFORT } };
  }
}

/** The poll itself says what it has cost. */
const EFFORT = { spent: 0, told: true };

function waitOrGiveUp({ poll, patience }: Looking, state: Waiting): Waiting {
  return waitOn(state, patience) ?? { ...state, ended: answered(timedOut(poll), EFFORT, false) };
}
