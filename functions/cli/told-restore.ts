import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import type { PlannedRun } from "../../shared/deployment/plan-restore.ts";
import { endRequest } from "../../shared/deployment/restore-requests.ts";
import { announceRestore } from "../../shared/deployment/restore-telemetry.ts";
import type { Silence } from "../../shared/deployment/stopped-instances.ts";
import { toFailure } from "../../shared/errors/stillpoint-error.ts";
import { lastProofOf, type RunResult } from "../../shared/restore/restore-plan.ts";
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
  const of = { run, deployment, point, mode: plan.restore.mode };
  const begunMs = open.clock.wallMs();
  const takenFrom = (await open.catalog.points.find(point))?.record.takenFrom;
  try {
    // What gives no sign was stopped, where it could be reached from here before.
    const result = await carryOut(takenFrom === network ? "stopped" : "unknown");
    if (request !== undefined) await endRequest(open, request, { state: "done" });
    telemetry.measure("RestoreDuration", (open.clock.wallMs() - begunMs) / 1000, deployment);
    await announceRestore(telemetry, of, {
      kind: "restore.finished",
      proof: lastProofOf(result)?.kind ?? "unproven",
    });
    return result;
  } catch (error) {
    const failure = toFailure(error);
    // Somebody else has taken it over, and tells what comes of it.
    if (failure.code !== "CATALOG_CONFLICT")
      await announceRestore(telemetry, of, { kind: "restore.failed", ...failure });
    throw error;
  }
}
