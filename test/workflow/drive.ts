import { fromFailure, toFailure } from "../../shared/errors/stillpoint-error.ts";
import type { BuiltIn, Effect, Outcome, Progress, Workflow } from "../../shared/workflow/effect.ts";

/** Answers effects at once, in virtual time. Throwing is the effect's failure. */
export type Answers = (effect: Effect) => unknown;

/** Thrown by `answers` to model a death: the generator is never resumed. */
export class Death extends Error {}

/** Drives a workflow to its end with synchronous answers; `all` and `poll` are taken apart here. */
export function drive<T>(workflow: Workflow<T>, answers: Answers): T {
  let turn = workflow.next();
  while (!turn.done) {
    const outcome = settle(() => carryOut(turn.value as Effect, answers));
    turn = outcome.ok ? workflow.next(outcome.answer) : workflow.throw(fromFailure(outcome.failure));
  }
  return turn.value;
}

function carryOut(effect: Effect, answers: Answers): unknown {
  const known = effect as BuiltIn;
  if (known.kind === "all") return known.effects.map((branch) => settle(() => carryOut(branch, answers)));
  if (known.kind === "poll") return askUntilDone(known.probe, answers);
  return answers(effect);
}

const MOST_POLLS = 10_000;

function askUntilDone(probe: Effect, answers: Answers): Progress {
  for (let asked = 0; asked < MOST_POLLS; asked++) {
    const answer = answers(probe) as Progress;
    if (answer.done) return answer;
  }
  throw new Error(`"${probe.kind}" was never done`);
}

function settle(work: () => unknown): Outcome {
  try {
    return { ok: true, answer: work() };
  } catch (error) {
    if (error instanceof Death) throw error;
    return { ok: false, failure: toFailure(error) };
  }
}
