import { type Failure, fromFailure } from "../errors/stillpoint-error.ts";

/**
 * What a workflow may ask of the outside world, as plain data: a runner carries it out, and journals or
 * checkpoints it. Effects and answers are JSON.
 */
export interface Effect {
  readonly kind: string;
}

/** A vocabulary: for each kind of effect its input and its answer. Each use case declares its own. */
export type Vocabulary = Record<string, { readonly input: object; readonly answer: unknown }>;

// TypeScript cannot tie a yield to its answer, so what resumes a workflow is `any` here; `asker` types it.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Workflow<T> = Generator<Effect, T, any>;

/** How one effect among several ended: one that failed does not stop its siblings. */
export type Outcome<A = unknown> =
  | { readonly ok: true; readonly answer: A }
  | { readonly ok: false; readonly failure: Failure };

/** Growing intervals between the questions of a `poll`. */
export interface Patience {
  readonly firstMs: number;
  readonly factor: number;
  readonly mostMs: number;
  /** After this long the poll fails with `TIMED_OUT`. */
  readonly limitMs: number;
  /**
   * Polls of the same stretch are pieces of one long wait: where every question costs, the intervals go on growing
   * from one piece to the next.
   */
  readonly stretch?: string;
}

/** What a polled effect answers: asked again until `done`. */
export interface Progress {
  readonly done: boolean;
}

export interface Sleep extends Effect {
  readonly kind: "sleep";
  readonly ms: number;
  /** Whether the person at the keyboard can end it early; not while gates are being opened. */
  readonly interruptible: boolean;
}

export interface All extends Effect {
  readonly kind: "all";
  readonly effects: readonly Effect[];
}

export interface Poll extends Effect {
  readonly kind: "poll";
  readonly probe: Effect;
  readonly patience: Patience;
}

/** What every runner treats in its own way; all other kinds are steps, carried out by the use case's handlers. */
export type BuiltIn = Sleep | All | Poll;

/**
 * Kinds that are carried out again whenever a journal is replayed, and are never journalled: `report` tells
 * whoever watches, `look-again` asks whether what the journal remembers is still so.
 */
export const NEVER_JOURNALLED: ReadonlySet<string> = new Set(["report", "look-again"]);

/** Carries out the effects of a vocabulary. The signal fires when the person at the keyboard interrupts. */
export type Handlers<V extends Vocabulary> = {
  readonly [K in keyof V]: (input: V[K]["input"], signal: AbortSignal) => Promise<V[K]["answer"]>;
};

/** A handler whose answer says no more than that the work is done. */
export function doing<Input>(work: (input: Input, signal: AbortSignal) => unknown) {
  return async (input: Input, signal: AbortSignal): Promise<null> => {
    await work(input, signal);
    return null;
  };
}

/**
 * A typed `yield`: `const ask = asker<BackupEffects>(); yield* ask("acquire-lease", {...})`.
 * `ask.effect` builds the same effect for `all` and `poll`.
 */
export function asker<V extends Vocabulary>() {
  function* ask<K extends keyof V & string>(kind: K, input: V[K]["input"]): Workflow<V[K]["answer"]> {
    return yield effect(kind, input);
  }
  function effect<K extends keyof V & string>(kind: K, input: V[K]["input"]): Effect {
    return { kind, ...input };
  }
  return Object.assign(ask, { effect });
}

/** The answer of an outcome, or its failure thrown. */
export function answerOf<A>(outcome: Outcome<A> | undefined): A {
  if (outcome?.ok) return outcome.answer;
  throw fromFailure(outcome?.failure ?? { code: "INTERNAL", message: "an effect has no outcome" });
}

/** Sleeps; `interrupted` says that the person at the keyboard wants to stop, and that the sleep ended early. */
export function* sleep(ms: number, interruptible = true): Workflow<{ readonly interrupted: boolean }> {
  const effect: Sleep = { kind: "sleep", ms, interruptible };
  return yield effect;
}

/** Runs effects side by side and answers all their outcomes, in order. */
export function* all<A>(effects: readonly Effect[]): Workflow<readonly Outcome<A>[]> {
  const effect: All = { kind: "all", effects };
  return yield effect;
}

/** Asks `probe` again and again, with growing intervals, until its answer is `done`. */
export function* poll<A extends Progress>(probe: Effect, patience: Patience): Workflow<A> {
  const effect: Poll = { kind: "poll", probe, patience };
  return yield effect;
}
