import type { OrchestrationContext } from "durable-functions";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { Orchestration } from "./orchestration.ts";

/** What an attempt is given besides what its parent was. */
export interface Attempt {
  /** From 1; a later one goes on by the journal. */
  readonly attempt: number;
  /** Of the code that was there when it began. */
  readonly version: string;
}

/**
 * An orchestrator that only the code can go on with that began it: another one might ask for something else where the
 * engine remembers an answer. It fails before it yields anything, and its parent starts the next attempt.
 */
export function attemptOf<I extends object, R>(
  version: string,
  body: (context: OrchestrationContext, input: I & Attempt) => Orchestration<R>,
): (context: OrchestrationContext) => Orchestration<R> {
  return function* attempt(context) {
    const input = context.df.getInput<I & Attempt>();
    if (input.version !== version)
      throw new StillpointError(
        "JOURNAL_DIVERGED",
        `attempt ${input.attempt} was begun by version "${input.version}", and this is "${version}"; the next one goes on by the journal`,
      );
    return yield* body(context, input);
  };
}
