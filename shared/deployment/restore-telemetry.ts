import { lastProofOf, type RestoreEvent, type RunResult } from "../restore/restore-plan.ts";
import type { Restored, RestoreHappening, SearchHappening } from "../telemetry/happening.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

interface Of {
  readonly deployment: string;
  readonly run: string;
}

/** Every event as a log line, and what it measures. */
export function restoreTelemetry(
  telemetry: Telemetry,
  { deployment, run }: Of,
): (event: RestoreEvent) => void {
  return (event) => {
    telemetry.log("info", event.kind, { deployment, run, event });
    if (event.kind === "verified") telemetry.measure("RowsVerified", event.rows, deployment);
  };
}

/** What is announced of. */
export interface Announced extends Of, Restored {
  /** A search: it begins and fails as a restore does, and is told by its own name. */
  readonly search?: true;
}

export async function announceRestore(
  telemetry: Telemetry,
  { deployment, run, point, mode, search }: Announced,
  what: RestoreHappening,
): Promise<void> {
  if (what.kind === "restore.failed") telemetry.measure("RestoreFailed", 1, deployment);
  const told = search ? ofSearch(what) : what;
  await telemetry.announce({ ...told, deployment, run, point, mode });
}

function ofSearch(what: RestoreHappening): RestoreHappening | SearchHappening {
  switch (what.kind) {
    case "restore.started":
      return { ...what, kind: "search.started" };
    case "restore.failed":
      return { ...what, kind: "search.failed" };
    case "restore.waiting":
    case "restore.finished":
      return what;
    default:
      return what satisfies never;
  }
}

/** The end of a run that has come to what it was for, with the time that it took. */
export async function announceResult(
  telemetry: Telemetry,
  { deployment, run, point, mode }: Announced,
  { result, tookMs }: { readonly result: RunResult; readonly tookMs: number },
): Promise<void> {
  const of = { deployment, run, point, mode };
  if (result.kind === "search") {
    const { candidates } = result;
    await telemetry.announce({ kind: "quiet.found", candidates, ...of });
    return;
  }
  telemetry.measure("RestoreDuration", tookMs / 1000, deployment);
  const proof = lastProofOf(result)?.kind ?? "unproven";
  await announceRestore(telemetry, of, { kind: "restore.finished", proof });
}
