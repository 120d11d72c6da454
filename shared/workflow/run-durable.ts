import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { type Failure, fromFailure, toFailure } from "../errors/stillpoint-error.ts";
import { inStep } from "./durable/body.ts";
import { LEAST_ALLOWANCE } from "./durable/branch.ts";
import { carryOut } from "./durable/carry-out.ts";
import { defer, type Ended, type Settled, settle, spentOn, UNDONE, wasTold } from "./durable/ended.ts";
import type { Elsewhere, Invocation, Task } from "./durable/invocation.ts";
import { ATTEMPTS_MOST } from "./durable/passing.ts";
import { LAMBDA_PACE, pollDurably } from "./durable/poll.ts";
import type { PollPace } from "./durable/poll-wait.ts";
import type { Effect, Handlers, Poll, Vocabulary, Workflow } from "./effect.ts";
import type { Begun, Journal } from "./journal.ts";

interface Durably<V extends Vocabulary> {
  readonly context: DurableContext;
  readonly handlers: Handlers<V>;
  /** Opened anew in each invocation, as the same one: see `journalOfExecution`. */
  readonly journal: Journal;
  /** Durable operations that this execution may spend; Lambda allows 3,000, and the caller needs some too. */
  readonly operationsMost?: number;
  readonly pace?: PollPace;
  readonly elsewhere?: Elsewhere;
}

export type DurableEnd<T> = Rest &
  (
    | { readonly kind: "done"; readonly result: T }
    | { readonly kind: "failed"; readonly failure: Failure }
    /** The operations are used up: another execution goes on by the journal. */
    | { readonly kind: "continue" }
  );

interface Rest {
  /** Durable operations that were spent. */
  readonly operations: number;
  /** Reports that no step has told yet, for the caller's last one. */
  readonly untold: readonly Effect[];
  /** As whom the journal was gone on with, where whoever ends the run is another process. */
  readonly as?: Begun;
}

const OPERATIONS_MOST = 2_500;

/** For handing over. */
const RESERVE = ATTEMPTS_MOST;

/**
 * Runs a workflow to its end in a Lambda durable execution. The journal is a mirror of what the engine keeps:
 * another execution goes on by it, or the command line, as this one goes on with what they have begun.
 */
export async function runDurably<V extends Vocabulary, T>(
  workflow: Workflow<T>,
  { context, handlers, journal, operationsMost = OPERATIONS_MOST, pace = LAMBDA_PACE, elsewhere }: Durably<V>,
): Promise<DurableEnd<T>> {
  const invocation: Invocation = { handlers, journal, pace, elsewhere, untold: [] };
  const begun = await begin(context, journal);
  const stretches = new Map<string, number>();
  let operations = begun.attempt;
  const end = <E extends object>(what: E) => ({ ...what, operations, untold: invocation.untold });

  const next = async (effect: Effect, position: string): Promise<Settled> => {
    if (effect.kind === "report") {
      invocation.untold = [...invocation.untold, effect];
      return TOLD_LATER;
    }
    const task = { effect, position, allowance: operationsMost - RESERVE - operations };
    const ended = await carryOutOne(context, invocation, task, stretches);
    operations += spentOn(ended);
    // A step that a checkpoint has answered told them in an earlier invocation.
    if (wasTold(ended)) invocation.untold = [];
    const settled = settle(journal, task, ended);
    defer(journal, task, ended, settled.kind === "outcome");
    return settled;
  };

  /** Another execution goes on: what it must not do again is written down first. */
  const handOver = async (): Promise<DurableEnd<T>> => {
    const ended = await inStep(context, invocation, "hand-over", async (spent) => ({
      ...UNDONE,
      spent,
      told: true,
    }));
    operations += spentOn(ended);
    invocation.untold = [];
    return ended.kind === "stopped"
      ? end({ kind: "failed", failure: ended.failure })
      : end({ kind: "continue" });
  };

  try {
    await journal.beginAt(begun.entries);
    let turn = workflow.next();
    for (let position = 0; !turn.done; position++) {
      const settled = await next(turn.value, String(position));
      if (settled.kind === "undone") return await handOver();
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

/** How many entries are not ours, on every replay as when this execution began. */
function begin(context: DurableContext, journal: Journal) {
  return context.step("begin", async ({ attempt }) => ({ entries: journal.size, attempt }));
}

/** A poll goes on with the intervals of the one before, where both are pieces of one long wait. */
async function carryOutOne(
  context: DurableContext,
  invocation: Invocation,
  task: Task,
  stretches: Map<string, number>,
): Promise<Ended> {
  const { stretch } = (task.effect as Partial<Poll>).patience ?? {};
  const isOpen = !invocation.journal.remembers(task.position) && task.allowance >= LEAST_ALLOWANCE;
  if (stretch === undefined || !isOpen) return carryOut(context, invocation, task);
  const fromMs = stretches.get(stretch);
  const { ended, nextMs } = await pollDurably(context, invocation, { ...task, fromMs });
  stretches.set(stretch, nextMs);
  return ended;
}
