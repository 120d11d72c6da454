import type { Failure } from "../../errors/stillpoint-error.ts";
import { waitAfter } from "../durable/passing.ts";
import type { Attempt } from "./attempt.ts";
import type { Engine, Orchestration } from "./orchestration.ts";
import { timer } from "./wait.ts";

interface Attempts<I extends object> {
  /** As they are registered: the attempt's orchestrator, and the activity that answers the version of the code. */
  readonly names: { readonly attempt: string; readonly version: string };
  readonly input: I;
  readonly attemptsMost?: number;
}

export type AttemptsEnd<R> =
  | Exclude<R, { readonly kind: "continue" }>
  | { readonly kind: "given-up"; readonly failure: Failure };

/** Each may spend 500 operations. */
const RUN_ATTEMPTS_MOST = 150;

type End<R> = { readonly kind: "ended"; readonly result: R } | { readonly kind: "died" };

/**
 * Starts one attempt after the other, each an orchestration of its own and begun by the code of its day, until one
 * comes to more than `continue`. What dies, dies of a new version, or of the engine's finding that the code is not
 * what it was: why is not always told. This part is replayed under every later version: what it yields in which order,
 * and under which names, stays as it is.
 */
export function* runAttempts<R extends { readonly kind: string }, I extends object>(
  context: Engine,
  { names, input, attemptsMost = RUN_ATTEMPTS_MOST }: Attempts<I>,
): Orchestration<AttemptsEnd<R>> {
  let died = 0;
  for (let attempt = 1; attempt <= attemptsMost; attempt++) {
    const end: End<R> = yield* oneAttempt<R, I>(context, names, { input, attempt });
    if (end.kind === "ended" && end.result.kind !== "continue") return end.result as AttemptsEnd<R>;
    died = end.kind === "died" ? died + 1 : 0;
    if (end.kind !== "died" || attempt === attemptsMost) continue;
    // New code is not everywhere at once, and what was begun by the old one may still be at work.
    yield timer(context, waitAfter(died).seconds * 1000);
  }
  const message = `it was not over after ${attemptsMost} attempts; what it has done is in its journal`;
  return { kind: "given-up", failure: { code: "TIMED_OUT", message } };
}

function* oneAttempt<R, I extends object>(
  { df }: Engine,
  names: Attempts<I>["names"],
  { input, attempt }: { readonly input: I; readonly attempt: number },
): Orchestration<End<R>> {
  try {
    const version: string = yield df.callActivity(names.version);
    const asked: I & Attempt = { ...input, attempt, version };
    const result: R = yield df.callSubOrchestrator(names.attempt, asked, `${df.instanceId}-${attempt}`);
    return { kind: "ended", result };
  } catch {
    return { kind: "died" };
  }
}
