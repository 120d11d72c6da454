import * as fc from "fast-check";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import {
  all,
  asker,
  type Effect,
  type Outcome,
  type Patience,
  poll,
  sleep,
  type Workflow,
} from "../../shared/workflow/effect.ts";

/** Effects of a made-up use case. Each has an id of its own, and tells in its input what came before it. */
export type ProgramEffects = {
  work: { input: { id: string; after: string; failure: Failing }; answer: { id: string; text: string } };
  look: { input: { id: string; looks: number }; answer: { done: boolean; id: string } };
  report: { input: { event: string }; answer: null };
};

/** `passing`: the first tries fail and the run ends there; `lasting`: always, and the workflow goes on. */
export type Failing =
  | { readonly kind: "never" }
  | { readonly kind: "passing"; readonly tries: number }
  | { readonly kind: "lasting" };

type Single =
  | { readonly kind: "work"; readonly failure: Failing }
  | { readonly kind: "poll"; readonly looks: number }
  | { readonly kind: "sleep" };

export type Step =
  | Single
  | { readonly kind: "all"; readonly branches: readonly Single[] }
  | { readonly kind: "report" };

const failing: fc.Arbitrary<Failing> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Failing>({ kind: "never" }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("passing" as const), tries: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.constant<Failing>({ kind: "lasting" }) },
);

const single: fc.Arbitrary<Single> = fc.oneof(
  fc.record({ kind: fc.constant("work" as const), failure: failing }),
  fc.record({ kind: fc.constant("poll" as const), looks: fc.integer({ min: 1, max: 4 }) }),
  fc.constant<Single>({ kind: "sleep" }),
);

export const programs: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: single },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("all" as const), branches: fc.array(single) }) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: "report" }) },
  ),
  { maxLength: 8 },
);

const ask = asker<ProgramEffects>();
const PATIENCE: Patience = { firstMs: 1, factor: 2, mostMs: 10, limitMs: 60_000 };

/** Runs the steps one after the other; the result is everything that was answered. */
export function* program(steps: readonly Step[]): Workflow<readonly string[]> {
  const told: string[] = [];
  for (const [index, step] of steps.entries()) told.push(yield* one(step, String(index), told.join("|")));
  return told;
}

function* one(step: Step, id: string, after: string): Workflow<string> {
  switch (step.kind) {
    case "report":
      yield* ask("report", { event: id });
      return "reported";
    case "all": {
      const effects = step.branches.map((branch, index) => effectOf(branch, `${id}.${index}`, after));
      const outcomes = yield* all(effects);
      return outcomes.map((outcome) => textOf(outcome)).join("+");
    }
    case "work":
      return yield* worked(effectOf(step, id, after));
    case "poll":
      return JSON.stringify(yield* poll(ask.effect("look", { id, looks: step.looks }), PATIENCE));
    case "sleep":
      return JSON.stringify(yield* sleep(5));
    default:
      return step satisfies never;
  }
}

function* worked(effect: Effect): Workflow<string> {
  try {
    return JSON.stringify(yield effect);
  } catch (error) {
    return handled(error as StillpointError);
  }
}

function textOf(outcome: Outcome): string {
  if (outcome.ok) return JSON.stringify(outcome.answer);
  return handled(new StillpointError(outcome.failure.code, outcome.failure.message));
}

/** What lasts is part of the result; what passes ends the run. */
function handled(error: StillpointError): string {
  if (error.code !== "DATABASE_DENIED") throw error;
  return error.message;
}

function effectOf(step: Single, id: string, after: string): Effect {
  switch (step.kind) {
    case "work":
      return ask.effect("work", { id, after, failure: step.failure });
    case "poll":
      return {
        kind: "poll",
        probe: ask.effect("look", { id, looks: step.looks }),
        patience: PATIENCE,
      } as Effect;
    case "sleep":
      return { kind: "sleep", ms: 5, interruptible: true } as Effect;
    default:
      return step satisfies never;
  }
}
