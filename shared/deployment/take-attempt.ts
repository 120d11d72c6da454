import type { Catalog } from "../catalog/catalog.ts";
import type { Run } from "../catalog/model.ts";
import { executionName } from "../workflow/durable-attempt.ts";

export type RunExecution = NonNullable<Run["execution"]>;

/**
 * Takes down the next execution of a run before it is started. Lambda answers a name that was used before with its
 * old execution, even where that is dead, so each gets a number that none had. The same event has one execution.
 */
export async function takeAttempt(catalog: Catalog, id: string, askedBy?: string): Promise<RunExecution> {
  const { record } = await catalog.runs.update(id, (run) => {
    const last = run.execution;
    if (askedBy !== undefined && last?.askedBy === askedBy) return run;
    const attempt = (last?.attempt ?? plannedBy(run)) + 1;
    return { ...run, execution: { ...named(run, attempt), ...(askedBy !== undefined && { askedBy }) } };
  });
  return record.execution as RunExecution;
}

/** The execution that an earlier one of the same run starts. One that was taken for the same number is the same. */
export async function takeGivenAttempt(catalog: Catalog, id: string, attempt: number): Promise<void> {
  await catalog.runs.update(id, (run) =>
    (run.execution?.attempt ?? 0) >= attempt ? run : { ...run, execution: named(run, attempt) },
  );
}

/** The execution that is at work, as its run keeps it: unless a later one was started meanwhile. */
export function atWork(run: Run, { attempt, callback }: Pick<RunExecution, "attempt" | "callback">): Run {
  const { attempt: last = 0, askedBy } = run.execution ?? {};
  if (last > attempt) return run;
  const asked = last === attempt && askedBy !== undefined ? { askedBy } : {};
  const waiting = callback === undefined ? {} : { callback };
  return { ...run, execution: { ...named(run, attempt), ...asked, ...waiting } };
}

function named({ id, request }: Run, attempt: number) {
  return { name: executionName(request ?? id, attempt), attempt };
}

/** The first execution of a request has planned the run, and may have died right after that. */
function plannedBy({ request }: Run): number {
  return request === undefined ? 0 : 1;
}
