import type { Failure } from "../../shared/errors/stillpoint-error.ts";
import type { RunResult } from "../../shared/restore/restore-plan.ts";
import type { Journal } from "../../shared/workflow/journal.ts";
import type { DurableEnd } from "../../shared/workflow/run-durable.ts";
import { type Execution, startNext } from "./execution.ts";
import { fail, goesOn, succeed, tellRest } from "./outcome.ts";

/** What an execution comes to; the next one of the same run goes on where this one says `continued`. */
export type ExecutionEnd =
  | { readonly kind: "done" | "continued"; readonly run: string }
  | { readonly kind: "handed-over"; readonly run: string; readonly carrier: string }
  | { readonly kind: "failed"; readonly run?: string; readonly failure: Failure };

/** Each may have 2,500 operations: more than 100 tables take whose restores last ten hours. */
const MOST_ATTEMPTS = 30;

interface Ended {
  readonly end: DurableEnd<RunResult>;
  readonly journal: Journal;
  readonly begunMs: number;
}

/** May be carried out twice, where its process dies in between. */
export async function conclude(
  execution: Execution,
  { end, journal, begunMs }: Ended,
): Promise<ExecutionEnd> {
  const { planned, attempt } = execution;
  const { run } = planned;
  tellRest(execution, end);
  switch (end.kind) {
    case "done":
      await succeed(execution, end.result, begunMs);
      if (!goesOn(planned, end.result)) return { kind: "done", run };
      await startNext(execution);
      return { kind: "continued", run };
    case "continue":
      if (attempt >= MOST_ATTEMPTS) return failed(execution, journal, tooMany(run, attempt));
      await startNext(execution);
      return { kind: "continued", run };
    case "failed":
      return failed(execution, journal, end.failure);
    default:
      return end satisfies never;
  }
}

async function failed(execution: Execution, journal: Journal, failure: Failure): Promise<ExecutionEnd> {
  await fail(execution, journal, failure);
  return { kind: "failed", run: execution.planned.run, failure };
}

function tooMany(run: string, attempt: number): Failure {
  const message = `run "${run}" was not over after ${attempt} executions; what it has done is in its journal`;
  return { code: "TIMED_OUT", message };
}
