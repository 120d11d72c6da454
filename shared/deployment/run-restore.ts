import type { Run } from "../catalog/model.ts";
import { codeOf, StillpointError, toFailure } from "../errors/stillpoint-error.ts";
import { type AbandonEffects, abandon } from "../restore/dynamodb/abandon.ts";
import type { RestoreEffects, RestoreEvent } from "../restore/dynamodb/effects.ts";
import type { DynamodbPlan } from "../restore/dynamodb/plan.ts";
import { type RestoreResult, restore } from "../restore/dynamodb/restore.ts";
import { Journal } from "../workflow/journal.ts";
import { runInProcess } from "../workflow/run-in-process.ts";
import { guardDeletes } from "./guard-deletes.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import type { PlannedRun } from "./plan-restore.ts";
import { restoreHandlers } from "./restore-handlers.ts";
import { refuseRunning } from "./stopped-instances.ts";

interface Running {
  readonly signal?: AbortSignal;
  readonly report: (event: RestoreEvent) => void;
  /** What the person typed; in place it must be the deployment's name. */
  readonly confirm?: string;
}

/**
 * Runs a planned restore, or resumes one that was killed or has failed: what its journal holds is not done
 * again. The deployment's lease belongs to the run until it has ended or was abandoned.
 */
export async function runRestore(open: OpenDeployment, id: string, running: Running): Promise<RestoreResult> {
  const { catalog, clock, settings } = open;
  const run = await plannedRun(open, id);
  refuseEnded(run);
  const plan = run.plan.dynamodb;
  const resumed = run.state !== "planned";
  if (!resumed) refuseUnconfirmed(run, running.confirm);
  await catalog.acquireLease(settings.name, { kind: "restore", run: id }, clock.wallMs());
  const journal = await Journal.open(catalog.store, id);
  const report = async (event: RestoreEvent) => {
    if (event.kind === "phase" && event.phase === "replace") await markLost(open, plan, id);
    running.report(event);
  };
  const handlers = guardDeletes(restoreHandlers(open, report), journal);
  try {
    // Between the runs somebody may have started the instances, whatever the journal says.
    if (resumed && plan.mode === "in-place" && !journal.isEmpty) await refuseRunning(open, plan.instances);
    await setState(open, id, { state: "running" });
    const result = await runInProcess<RestoreEffects, RestoreResult>(restore(plan), {
      handlers,
      journal,
      ...(running.signal && { signal: running.signal }),
    });
    await setState(open, id, { state: "done", result });
    await catalog.releaseLease(settings.name, id);
    return result;
  } catch (error) {
    await keepFailure(open, id, journal, error);
    throw error;
  }
}

/**
 * Points whose history goes with the originals say so before the first one goes. Without a run the mark is taken
 * back: none has gone after all.
 */
async function markLost(
  { catalog }: OpenDeployment,
  { dyingPoints, run }: DynamodbPlan,
  lostTo: string | undefined,
): Promise<void> {
  for (const point of dyingPoints)
    await catalog.points.update(point, ({ lostTo: before, ...rest }) => {
      const mark = lostTo ?? (before === run ? undefined : before);
      return { ...rest, ...(mark !== undefined && { lostTo: mark }) };
    });
}

/** A run that has done nothing yet goes back to being a plan and holds no lease. */
async function keepFailure(
  open: OpenDeployment,
  id: string,
  journal: Journal,
  error: unknown,
): Promise<void> {
  // Another process runs this very run, or has abandoned it: its state is not ours to write.
  if (codeOf(error) === "CATALOG_CONFLICT" || (await journal.isOvertaken())) return;
  const untouched = journal.isEmpty;
  await setState(open, id, { state: untouched ? "planned" : "failed", failure: toFailure(error) });
  if (untouched) await open.catalog.releaseLease(open.settings.name, id);
}

async function setState({ catalog, clock }: OpenDeployment, id: string, change: Partial<Run>): Promise<void> {
  await catalog.runs.update(id, ({ failure: _, ...run }) => {
    refuseEnded(run, change.state);
    return { ...run, updatedMs: clock.wallMs(), ...change };
  });
}

async function plannedRun({ catalog, settings }: OpenDeployment, id: string): Promise<PlannedRun> {
  const { record } = await catalog.runs.get(id);
  if (record.deployment === settings.name) return record as PlannedRun;
  throw new StillpointError(
    "NOT_FOUND",
    `run "${id}" belongs to deployment "${record.deployment}", not to "${settings.name}"; nothing was changed`,
  );
}

/** A run that was done side by side can still be abandoned: that removes its copies. */
function refuseEnded({ id, state }: Run, next?: Run["state"]): void {
  if (state === "abandoned" || (state === "done" && next !== "abandoned"))
    throw new StillpointError("RUN_FINISHED", `run "${id}" is ${state} already; nothing was changed`);
}

/** What deletes must be asked for by name, typed by a person or by an approved event. */
function refuseUnconfirmed({ id, deployment, plan }: PlannedRun, confirm: string | undefined): void {
  if (plan.dynamodb.mode === "side-by-side" || confirm === deployment) return;
  const typed = confirm === undefined ? "nothing was typed" : `"${confirm}" was typed`;
  throw new StillpointError(
    "CONFIRMATION_NEEDED",
    `run "${id}" deletes ${plan.dynamodb.tables.length} tables of "${deployment}" and has to be confirmed with that name; ${typed}, nothing was touched`,
  );
}

/** Nothing was made yet. */
async function abandonPlan(
  { catalog, clock }: OpenDeployment,
  { id }: Run,
): Promise<{ readonly tables: number; readonly backups: number }> {
  await catalog.runs.update(id, (run) => {
    if (run.state === "planned") return { ...run, state: "abandoned", updatedMs: clock.wallMs() };
    throw new StillpointError("CATALOG_CONFLICT", `run "${id}" was begun meanwhile: it is ${run.state}`);
  });
  return { tables: 0, backups: 0 };
}

/** Removes what a run that nobody will finish has made, by the same laws, and frees its lease. */
export async function abandonRestore(
  open: OpenDeployment,
  id: string,
  running: Running,
): Promise<{ readonly tables: number; readonly backups: number }> {
  const { catalog, clock, settings } = open;
  const run = await plannedRun(open, id);
  const { mode } = run.plan.dynamodb;
  refuseEnded(run, mode === "in-place" ? run.state : "abandoned");
  if (run.state === "planned") return abandonPlan(open, run);
  await catalog.acquireLease(settings.name, { kind: "restore", run: id }, clock.wallMs());
  // A runner that is still at work stops at its next step; it must not delete what the clean-up rests on.
  await Journal.fence(catalog.store, id);
  const removed = await runInProcess<AbandonEffects, { tables: number; backups: number }>(
    abandon(run.plan.dynamodb),
    { handlers: restoreHandlers(open, running.report), ...(running.signal && { signal: running.signal }) },
  );
  await markLost(open, run.plan.dynamodb, undefined);
  await setState(open, id, { state: "abandoned" });
  await catalog.releaseLease(settings.name, id);
  return removed;
}
