import type { RestoreEvent, RunResult } from "../restore/restore-plan.ts";
import { Journal } from "../workflow/journal.ts";
import { runInProcess } from "../workflow/run-in-process.ts";
import { beginRestore, endRestore, failRestore } from "./begin-restore.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { restoreHandlers, restoring } from "./restoring.ts";
import type { Silence } from "./stopped-instances.ts";
import { verifyHandlers } from "./verify-handlers.ts";

export interface Running {
  readonly signal?: AbortSignal;
  readonly report: (event: RestoreEvent) => void;
  /** What the person typed; in place it must be the deployment's name. */
  readonly confirm?: string;
  /** What an instance says that gives no sign: by default that it was stopped. */
  readonly silence?: Silence;
}

/**
 * Runs a planned restore in this process, or resumes one that was killed or has failed, wherever it ran before:
 * what its journal holds is not done again.
 */
export async function runRestore(open: OpenDeployment, id: string, running: Running): Promise<RunResult> {
  const journal = await Journal.open(open.catalog.store, id);
  const { silence = "stopped" } = running;
  const { plan } = await beginRestore(open, id, { journal, confirm: running.confirm, silence });
  try {
    const result = await runInProcess(restoring(plan.restore), {
      handlers: restoreHandlers(open, plan.restore, {
        report: running.report,
        verification: verifyHandlers(open),
        silence,
        journal,
      }),
      journal,
      ...(running.signal && { signal: running.signal }),
    });
    await endRestore(open, id, result);
    return result;
  } catch (error) {
    await failRestore(open, id, journal, error);
    throw error;
  }
}
