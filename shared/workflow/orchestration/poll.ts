import { type Ended, UNDONE } from "../durable/ended.ts";
import type { Task as Operation } from "../durable/invocation.ts";
import { ATTEMPTS_MOST } from "../durable/passing.ts";
import { beforeLooking, type PollPace, paced, timedOut, waitOn, wholeSeconds } from "../durable/poll-wait.ts";
import type { Poll } from "../effect.ts";
import type { Orchestration } from "./orchestration.ts";
import { type Course, sendOnce } from "./send.ts";
import { timer } from "./wait.ts";

/** Every look makes a history longer that every turn loads again. */
export const AZURE_PACE: PollPace = { firstMs: 30_000, mostMs: 300_000 };

/** How a poll ended, and the interval with which the next piece of the same stretch may go on. */
interface PollEnd {
  readonly ended: Ended;
  readonly nextMs: number;
}

/** A look is an activity, and the wait for the next one a timer. */
export function* pollInTurns(
  course: Course,
  { effect, position, allowance, fromMs }: Operation & { readonly fromMs?: number | undefined },
): Orchestration<PollEnd> {
  const poll = effect as Poll;
  const patience = paced(poll.patience, course.pace, fromMs);
  let state = beforeLooking(patience);
  for (let spent = 1; spent <= allowance; spent += 2) {
    const isLast = state.inVain + 1 >= ATTEMPTS_MOST;
    const end = yield* sendOnce(course, { kind: "look", effect: poll, position }, isLast);
    const { nextMs, looks } = state;
    if (end.kind === "answered")
      return { ended: { kind: "answered", outcome: end.outcome, spent, told: true }, nextMs };
    if (end.kind === "stopped")
      return { ended: { kind: "stopped", failure: end.failure, spent, told: end.told }, nextMs };
    const inVain = end.kind === "again" ? state.inVain + 1 : 0;
    const next = waitOn({ ...state, looks: looks + 1, inVain }, patience);
    if (next === undefined)
      return { ended: { kind: "answered", outcome: timedOut(poll), spent, told: true }, nextMs };
    state = next;
    if (spent + 2 > allowance) return { ended: { ...UNDONE, spent, told: true }, nextMs: state.nextMs };
    yield timer(course.engine, wholeSeconds(state.nextMs).seconds * 1000);
  }
  return { ended: UNDONE, nextMs: state.nextMs };
}
