import { beginRestore } from "../../shared/deployment/begin-restore.ts";
import { announceRestore } from "../../shared/deployment/restore-telemetry.ts";
import { atWork } from "../../shared/deployment/take-attempt.ts";
import { type Failure, toFailure } from "../../shared/errors/stillpoint-error.ts";
import { isPassing } from "../../shared/workflow/durable/passing.ts";
import type { Journal } from "../../shared/workflow/journal.ts";
import type { Carrying } from "./outcome.ts";

export interface Begun {
  readonly atMs: number;
  readonly failure?: Failure;
}

/** The deployment's lease belongs to the run from now on. What may pass is thrown, and tried again. */
export async function begin(
  { host, open, planned }: Carrying,
  { attempt, journal: openJournal }: { readonly attempt: number; readonly journal: () => Promise<Journal> },
): Promise<Begun> {
  const { run, silence } = planned;
  const atMs = open.clock.wallMs();
  try {
    await beginRestore(open, run, { journal: await openJournal(), silence });
    await host.catalog.runs.update(run, (found) => atWork(found, { attempt }));
    await announceRestore(host.telemetry, planned, { kind: "restore.started", attempt });
    return { atMs };
  } catch (error) {
    if (isPassing(error)) throw error;
    const failure = toFailure(error);
    await announceRestore(host.telemetry, planned, { kind: "restore.failed", ...failure });
    return { atMs, failure };
  }
}
