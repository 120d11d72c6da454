import type { Task } from "durable-functions";
import { type Failure, fromFailure, toFailure } from "../errors/stillpoint-error.ts";
import { LEAST_ALLOWANCE } from "./durable/branch.ts";
import { defer, type Ended, type Settled, settle, spentOn } from "./durable/ended.ts";
import type { Task as Operation } from "./durable/invocation.ts";
import type { PollPace } from "./durable/poll-wait.ts";
import type { Effect, Poll, Workflow } from "./effect.ts";
import type { Begun } from "./journal.ts";
import { carryOut } from "./orchestration/carry-out.ts";
import type { Errand } from "./orchestration/errand.ts";
import type { Engine, Orchestration } from "./orchestration/orchestration.ts";
import { Past } from "./orchestration/past.ts";
import { AZURE_PACE, pollInTurns } from "./orchestration/poll.ts";
import { type Course, type Sent, sendPatiently } from "./orchestration/send.ts";
import type { DurableEnd } from "./run-durable.ts";

interface Orchestrating {
  readonly context: Engine;
  readonly run: string;
  /** Schedules the activity that calls `carryOutActivity` with this. */
  readonly send: (errand: Errand) => Task;
  /** Activities and timers that this orchestration may spend. */
  readonly operationsMost?: number;
  readonly pace?: PollPace;
}

/** Each turn of an orchestrator loads and replays the history of all turns before it. */
const OPERATIONS_MOST = 500;

/** For handing over: its activity with its retries and their timers. */
const RESERVE = LEAST_ALLOWANCE;

/**
 * Runs a workflow to its end inside an orchestrator of Azure's Durable Functions. It reads no clock and does nothing
 * itself: all that it knows comes from activities. The journal is a mirror of what the engine keeps: another
 * orchestration goes on by it, or the command line, as this one goes on with what they have begun.
 */
export function* orchestrate<T>(
  workflow: Workflow<T>,
  { context, run, send, operationsMost = OPERATIONS_MOST, pace = AZURE_PACE }: Orchestrating,
): Orchestration<DurableEnd<T>> {
  const owner = context.df.newGuid(context.df.instanceId);
  const course: Course = { engine: context, send, owner, pace, past: new Past(run), untold: [] };
  const stretches = new Map<string, number>();
  let operations = 0;
  let as: Begun | undefined;
  const end = <E extends object>(what: E) => ({
    ...what,
    operations,
    untold: course.untold,
    ...(as && { as }),
  });

  function* next(effect: Effect, position: string): Orchestration<Settled> {
    if (effect.kind === "report") {
      course.untold = [...course.untold, effect];
      return TOLD_LATER;
    }
    const operation = { effect, position, allowance: operationsMost - RESERVE - operations };
    const ended = yield* carryOutOne(course, operation, stretches);
    operations += spentOn(ended);
    const settled = settle(course.past, operation, ended);
    defer(course.past, operation, ended, settled.kind === "outcome");
    return settled;
  }

  /** Another orchestration goes on: what it must not do again is written down first. */
  function* handOver(): Orchestration<DurableEnd<T>> {
    const { end: handedOver, spent } = yield* sendPatiently(course, { kind: "hand-over" });
    operations += spent;
    return handedOver.kind === "stopped"
      ? end({ kind: "failed", failure: handedOver.failure })
      : end({ kind: "continue" });
  }

  try {
    const taken = yield* begin(course);
    operations += taken.spent;
    if (taken.failure) return end({ kind: "failed", failure: taken.failure });
    as = { by: owner, begun: course.past.begun };
    let turn = workflow.next();
    for (let position = 0; !turn.done; position++) {
      const settled = yield* next(turn.value, String(position));
      if (settled.kind === "undone") return yield* handOver();
      if (settled.kind === "stopped") return end({ kind: "failed", failure: settled.failure });
      const { outcome } = settled;
      turn = outcome.ok ? workflow.next(outcome.answer) : workflow.throw(fromFailure(outcome.failure));
    }
    return end({ kind: "done", result: turn.value });
  } catch (error) {
    return end({ kind: "failed", failure: toFailure(error) });
  }
}

const TOLD_LATER: Settled = { kind: "outcome", outcome: { ok: true, answer: null } };

interface Taken {
  readonly spent: number;
  readonly failure?: Failure;
}

/** Takes the run over, and learns what was done before. */
function* begin(course: Course): Orchestration<Taken> {
  let spent = 0;
  for (let from: number | null = 0; from !== null; ) {
    const sent: Sent = yield* sendPatiently(course, { kind: "begin", from });
    const { end } = sent;
    spent += sent.spent;
    if (end.kind === "stopped") return { spent, failure: end.failure };
    if (end.kind !== "begun")
      return { spent, failure: { code: "INTERNAL", message: `"${end.kind}" is no journal` } };
    course.past.begun = end.entries;
    course.past.take(end.page);
    from = end.next;
  }
  return { spent };
}

/** A poll goes on with the intervals of the one before, where both are pieces of one long wait. */
function* carryOutOne(
  course: Course,
  operation: Operation,
  stretches: Map<string, number>,
): Orchestration<Ended> {
  const { stretch } = (operation.effect as Partial<Poll>).patience ?? {};
  const isOpen = !course.past.remembers(operation.position) && operation.allowance >= LEAST_ALLOWANCE;
  if (stretch === undefined || !isOpen) return yield* carryOut(course, operation);
  const fromMs = stretches.get(stretch);
  const { ended, nextMs } = yield* pollInTurns(course, { ...operation, fromMs });
  stretches.set(stretch, nextMs);
  return ended;
}
