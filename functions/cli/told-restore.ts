import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import type { PlannedRun } from "../../shared/deployment/plan-restore.ts";
import { endRequest } from "../../shared/deployment/restore-requests.ts";
import { announceRestore, announceResult } from "../../shared/deployment/restore-telemetry.ts";
import type { Silence } from "../../shared/deployment/stopped-instances.ts";
import { toFailure } from "../../shared/errors/stillpoint-error.ts";
import type { RunResult } from "../../shared/restore/restore-plan.ts";
import type { Task } from "./shell.ts";

/** Carries a restore out, and where this is a task of somebody's functions, tells what they would tell. */
export async function toldRestore(
  task: Task | undefined,
  open: OpenDeployment,
  { id: run, request, deployment, point, plan }: PlannedRun,
  carryOut: (silence: Silence) => Promise<RunResult>,
): Promise<RunResult> {
  if (task === undefined) return carryOut("stopped");
  const { telemetry, network } = task;
  const { kind, mode } = plan.restore;
  const of = { run, deployment, point, mode, ...(kind === "search" && { search: true as const }) };
  const begunMs = open.clock.wallMs();
  const takenFrom = (await open.catalog.points.find(point))?.record.takenFrom;
  try {
    // What gives no sign was stopped, where it could be reached from here before.
    const result = await carryOut(takenFrom === network ? "stopped" : "unknown");
    if (request !== undefined && result.kind !== "search") await endRequest(open, request, { state: "done" });
    await announceResult(telemetry, of, { result, tookMs: open.clock.wallMs() - begunMs });
    return result;
  } catch (error) {
    const failure = toFailure(error);
    // Somebody else has taken it over, and tells what comes of it.
    if (failure.code !== "CATALOG_CONFLICT")
      await announceRestore(telemetry, of, { kind: "restore.failed", ...failure });
    throw error;
  }
}
