import type { BackupResult } from "../backup/backup-result.ts";
import type { BackupEvent } from "../backup/event.ts";
import { isDumped } from "../backup/snapshot.ts";
import { addressOf } from "../pause/instance.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

interface Of {
  readonly deployment: string;
  readonly run: string;
}

/** Every event as a log line, and what it measures. */
export function backupTelemetry(telemetry: Telemetry, { deployment, run }: Of): (event: BackupEvent) => void {
  return (event) => {
    telemetry.log("info", event.kind, { deployment, run, event });
    if (event.kind === "paused") telemetry.measure("DrainTime", event.drainMs, deployment);
    if (event.kind === "restore-point" && event.marginMs !== undefined)
      telemetry.measure("Margin", event.marginMs, deployment);
    if (event.kind !== "pause-window") return;
    telemetry.measure("PauseSpan", event.heldMs, deployment);
    // How long a pause of somebody else's was quiet, nobody has seen.
    if (event.window && event.verdict.kind !== "observed")
      telemetry.measure("HoldTime", event.window.endMs - event.window.startMs, deployment);
  };
}

/** What came of it, for others; an outage first. */
export async function announceBackup(telemetry: Telemetry, of: Of, result: BackupResult): Promise<void> {
  const { pause, verdict, stillPaused, point, heldMs } = result;
  if (stillPaused.length > 0) {
    telemetry.measure("StillPaused", stillPaused.length, of.deployment);
    await telemetry.announce({ ...of, kind: "instance.still-paused", instances: stillPaused.map(addressOf) });
  }
  if (verdict.kind === "invalid" && pause !== undefined) {
    telemetry.measure("WindowInvalid", 1, of.deployment);
    await telemetry.announce({ ...of, kind: "window.invalid", pause, reasons: verdict.reasons });
  }
  if (point === undefined) return;
  const databases = point.databases.map(({ name, atSecond }) => ({ name, atSecond }));
  if (pause !== undefined)
    await telemetry.announce({
      ...of,
      kind: "window.recorded",
      pause,
      point: point.id,
      verdict: verdict.kind === "observed" ? "observed" : "valid",
      databases,
      heldMs,
    });
  if (!isDumped(point)) return;
  // What is pending otherwise is told by whoever follows it.
  const { artifact: state, because = "" } = point;
  if (state === "complete") await telemetry.announce({ ...of, kind: "point.complete", point: point.id });
  if (state === "failed") await telemetry.announce({ ...of, kind: "point.failed", point: point.id, because });
}
