import type { RestoreEvent } from "../restore/restore-plan.ts";
import type { Restored, RestoreHappening } from "../telemetry/happening.ts";
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

export async function announceRestore(
  telemetry: Telemetry,
  { deployment, run, point, mode }: Of & Restored,
  what: RestoreHappening,
): Promise<void> {
  if (what.kind === "restore.failed") telemetry.measure("RestoreFailed", 1, deployment);
  await telemetry.announce({ ...what, deployment, run, point, mode });
}
