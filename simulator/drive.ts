import {
  type Failure,
  fromFailure,
  type StillpointError,
  toFailure,
} from "../shared/errors/stillpoint-error.ts";
import type { BuiltIn, Effect, Outcome, Sleep, Workflow } from "../shared/workflow/effect.ts";
import type { Host } from "./host.ts";

/** Carries out one effect and says once how it ended. */
export type Perform = (effect: Effect, done: (outcome: Outcome) => void) => void;

export type Ended<T> =
  | { readonly kind: "returned"; readonly value: T }
  | { readonly kind: "threw"; readonly failure: Failure };

export interface Driving<T> {
  readonly perform: Perform;
  /** Before each effect; may kill the host. */
  readonly onEffect?: (effect: Effect) => void;
  readonly onEnd: (ended: Ended<T>) => void;
}

/** Runs a workflow, as it is, in a process of the simulated world. */
export function drive<T>(host: Host, workflow: Workflow<T>, { perform, onEffect, onEnd }: Driving<T>): void {
  const resume = (turning: () => IteratorResult<Effect, T>) => {
    let turn: IteratorResult<Effect, T>;
    try {
      turn = turning();
    } catch (error) {
      onEnd({ kind: "threw", failure: toFailure(error) });
      return;
    }
    if (turn.done) {
      onEnd({ kind: "returned", value: turn.value });
      return;
    }
    const effect = turn.value;
    onEffect?.(effect);
    host.do(() => begin(effect, (outcome) => host.do(() => resume(() => goOn(workflow, outcome)))));
  };

  const begin: Perform = (effect, done) => {
    const known = effect as BuiltIn;
    if (known.kind === "sleep") doze(host, known, done);
    else if (known.kind === "all") together(known.effects, begin, done);
    else perform(effect, done);
  };

  host.do(() => resume(() => workflow.next()));
}

function goOn<T>(workflow: Workflow<T>, outcome: Outcome): IteratorResult<Effect, T> {
  return outcome.ok ? workflow.next(outcome.answer) : workflow.throw(fromFailure(outcome.failure));
}

function doze(host: Host, { ms, interruptible }: Sleep, done: (outcome: Outcome) => void): void {
  let hasEnded = false;
  const end = (interrupted: boolean) => {
    if (hasEnded) return;
    hasEnded = true;
    forget();
    done({ ok: true, answer: { interrupted } });
  };
  const forget = interruptible ? host.onInterrupt(() => end(true)) : () => {};
  if (interruptible && host.isInterrupted) end(true);
  else host.after(Math.max(0, ms), () => end(false));
}

function together(effects: readonly Effect[], begin: Perform, done: (outcome: Outcome) => void): void {
  const outcomes: Outcome[] = [];
  let left = effects.length;
  if (left === 0) done({ ok: true, answer: [] });
  effects.forEach((effect, index) => {
    begin(effect, (outcome) => {
      outcomes[index] = outcome;
      if (--left === 0) done({ ok: true, answer: outcomes });
    });
  });
}

export function succeed(answer: unknown): Outcome {
  return { ok: true, answer };
}

export function failed(code: StillpointError["code"], message: string): Outcome {
  return { ok: false, failure: { code, message } };
}
