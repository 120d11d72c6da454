import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { StillpointError, toFailure } from "../../errors/stillpoint-error.ts";
import type { Outcome, Patience, Poll, Progress } from "../effect.ts";
import { ask, prepare } from "./body.ts";
import { answered, type Ended } from "./ended.ts";
import { type Invocation, nameOf, type Task } from "./invocation.ts";
import { ATTEMPTS_MOST, isPassing } from "./passing.ts";

/** Intervals where every look is an operation: never shorter than the first, and growing up to the longest. */
export interface PollPace {
  readonly firstMs: number;
  readonly mostMs: number;
}

export const LAMBDA_PACE: PollPace = { firstMs: 30_000, mostMs: 300_000 };

/** What is known between two looks. Waits are summed: a clock would tell another time on every replay. */
interface Waiting {
  readonly looks: number;
  readonly waitedMs: number;
  /** The wait that comes next. */
  readonly nextMs: number;
  /** Looks in a row that failed for a passing reason. */
  readonly inVain: number;
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
      initialState: { looks: 0, waitedMs: 0, nextMs: patience.firstMs, inVain: 0, ended: null },
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

export function wholeSeconds(ms: number): { readonly seconds: number } {
  return { seconds: Math.max(1, Math.ceil(ms / 1000)) };
}

function paced(patience: Patience, { firstMs, mostMs }: PollPace, fromMs = 0): Patience {
  return {
    ...patience,
    firstMs: Math.max(patience.firstMs, firstMs, fromMs),
    mostMs: Math.max(patience.mostMs, mostMs),
  };
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
    const outcome = await lookOnce(invocation, looking, isLast);
    if (outcome !== undefined) return { ...state, ended: answered(outcome, EFFORT, outcome.ok) };
    return waitOn(looking, { ...state, inVain: 0 });
  } catch (error) {
    if (isPassing(error) && !isLast) return waitOn(looking, { ...state, inVain: state.inVain + 1 });
    return { ...state, ended: { kind: "stopped", failure: toFailure(error), ...EFFORT } };
  }
}

/** The poll itself says what it has cost. */
const EFFORT = { spent: 0, told: true };

/** Undefined where it is not done yet. An earlier invocation may have died between the entry and the checkpoint. */
async function lookOnce(
  { handlers, journal }: Invocation,
  { poll, position }: Looking,
  isLast: boolean,
): Promise<Outcome | undefined> {
  const earlier = journal.recall(position, poll);
  if (earlier !== undefined) return earlier;
  const outcome = await ask(handlers, poll.probe).then(
    (answer) => ({ ok: true, answer }) as const,
    (error: unknown) => {
      if (isPassing(error) && !isLast) throw error;
      return { ok: false, failure: toFailure(error) } as const;
    },
  );
  if (outcome.ok && !(outcome.answer as Progress).done) return undefined;
  if (outcome.ok) await journal.record(position, poll, outcome);
  return outcome;
}

function waitOn({ poll, patience }: Looking, state: Waiting): Waiting {
  const waitMs = Math.min(
    state.looks === 1 ? patience.firstMs : state.nextMs * patience.factor,
    patience.mostMs,
  );
  const waitedMs = state.waitedMs + wholeSeconds(waitMs).seconds * 1000;
  if (waitedMs <= patience.limitMs) return { ...state, nextMs: waitMs, waitedMs };
  const message = `"${poll.probe.kind}" was not done within ${patience.limitMs} ms`;
  const failure = toFailure(new StillpointError("TIMED_OUT", message));
  return { ...state, ended: answered({ ok: false, failure }, EFFORT, false) };
}
