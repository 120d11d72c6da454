import { codeOf, StillpointError, toFailure } from "../errors/stillpoint-error.ts";
import type { RunResult } from "../restore/restore-plan.ts";
import { discardedBy, REPLACING_EFFECTS, replacesOriginals, stakesOf } from "../restore/restore-stakes.ts";
import type { Journal } from "../workflow/journal.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import type { PlannedRun } from "./plan-restore.ts";
import { plannedRun, refuseAbandoning, refuseEnded, setState } from "./run-record.ts";
import { refuseRunning, type Silence } from "./stopped-instances.ts";

interface Beginning {
  readonly journal: Journal;
  readonly confirm?: string | undefined;
  readonly silence?: Silence;
}

/**
 * What comes before a planned restore is carried out, or resumed, on whatever host: it must be agreed to, and the
 * deployment's lease belongs to it from now on, until it has ended or was abandoned. `confirm` is what a person
 * typed; in place it must be the deployment's name, where nobody has approved the plan.
 */
export async function beginRestore(
  open: OpenDeployment,
  id: string,
  { journal, confirm, silence = "stopped" }: Beginning,
): Promise<PlannedRun> {
  const { catalog, clock, settings } = open;
  const run = await plannedRun(open, id);
  refuseEnded(run);
  refuseAbandoning(run);
  if (!REPLACING_EFFECTS.some((kind) => journal.holds(kind))) refuseUnconfirmed(open, run, confirm);
  await catalog.acquireLease(settings.name, { kind: "restore", run: id }, clock.wallMs());
  const { restore: plan } = run.plan;
  try {
    // Between the runs somebody may have started the instances, whatever the journal says.
    if (run.state !== "planned" && replacesOriginals(plan) && !journal.isEmpty)
      await refuseRunning(open, plan.instances, silence);
    await setState(open, id, {
      state: "running",
      ...(run.state === "failed" && run.failure && { resumedAfter: run.failure }),
    });
    return run;
  } catch (error) {
    await failRestore(open, id, journal, error);
    throw error;
  }
}

export async function endRestore(open: OpenDeployment, id: string, result: RunResult): Promise<void> {
  await setState(open, id, { state: "done", result });
  await open.catalog.releaseLease(open.settings.name, id);
}

/** A run that has done nothing yet goes back to being a plan and holds no lease. */
export async function failRestore(
  open: OpenDeployment,
  id: string,
  journal: Journal,
  error: unknown,
): Promise<void> {
  // Another process runs this very run, or has abandoned it: its state is not ours to write.
  if (codeOf(error) === "CATALOG_CONFLICT" || (await journal.isOvertaken())) return;
  if (codeOf(error) === "NO_QUIET_SECOND") return endEmpty(open, id, error);
  const untouched = journal.isEmpty;
  await setState(open, id, { state: untouched ? "planned" : "failed", failure: toFailure(error) });
  if (untouched) await open.catalog.releaseLease(open.settings.name, id);
}

/** It has deleted again what it had made: there is nothing to resume, and nothing to hold the lease for. */
async function endEmpty(open: OpenDeployment, id: string, error: unknown): Promise<void> {
  const { record } = await open.catalog.runs.get(id);
  // Said again by an execution that died before it heard that it was written down.
  if (record.state !== "abandoned")
    await setState(open, id, { state: "abandoned", failure: toFailure(error) });
  await open.catalog.releaseLease(open.settings.name, id);
}

/**
 * What deletes must be asked for by name, or approved: again whenever the run is resumed before the first deletion,
 * since what will be discarded has grown.
 */
function refuseUnconfirmed(
  { settings, clock }: OpenDeployment,
  run: PlannedRun,
  confirm: string | undefined,
): void {
  const { id, state, deployment, plan } = run;
  const nowMs = clock.wallMs();
  if (plan.restore.mode === "side-by-side" || confirm === deployment) return;
  // Who typed another name means something else, whatever others have approved.
  if (confirm === undefined && isApproved(run, settings.approvalWithinMs, nowMs)) return;
  const typed = confirm === undefined ? "nothing confirms it" : `"${confirm}" was typed`;
  const touched = state === "planned" ? "nothing was touched" : "no original was replaced so far";
  throw new StillpointError(
    "CONFIRMATION_NEEDED",
    `run "${id}" ${stakesOf(plan.restore)} of "${deployment}" and has to be confirmed with that name. ${discardedBy(plan.restore, nowMs)}; ${typed}, ${touched}`,
  );
}

/** An approval is of this very plan, and grows old as what the plan discards grows. */
export function isApproved({ approval, plan }: PlannedRun, withinMs: number, nowMs: number): boolean {
  return approval !== undefined && approval.digest === plan.digest && nowMs <= approval.atMs + withinMs;
}
