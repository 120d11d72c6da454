import type { Run } from "../catalog/model.ts";
import { codeOf, StillpointError, toFailure } from "../errors/stillpoint-error.ts";
import { type AbandonEffects, abandon } from "../restore/dynamodb/abandon.ts";
import { discardedText } from "../restore/dynamodb/describe-plan.ts";
import type { RestoreEffects, RestoreEvent } from "../restore/dynamodb/effects.ts";
import type { DynamodbPlan } from "../restore/dynamodb/plan.ts";
import { type RestoreResult, restore } from "../restore/dynamodb/restore.ts";
import { Journal } from "../workflow/journal.ts";
import { runInProcess } from "../workflow/run-in-process.ts";
import { dyingPoints } from "./dying-points.ts";
import { missingOriginals } from "./missing-originals.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { digestOf, type PlannedRun } from "./plan-restore.ts";
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
  refuseAbandoning(run);
  const plan = run.plan.dynamodb;
  const resumed = run.state !== "planned";
  const journal = await Journal.open(catalog.store, id);
  if (!journal.holds("delete-original")) refuseUnconfirmed(run, running.confirm, clock.wallMs());
  await catalog.acquireLease(settings.name, { kind: "restore", run: id }, clock.wallMs());
  const report = async (event: RestoreEvent) => {
    if (event.kind === "phase" && event.phase === "replace") await markLost(open, plan);
    running.report(event);
  };
  try {
    // Between the runs somebody may have started the instances, whatever the journal says.
    if (resumed && plan.mode === "in-place" && !journal.isEmpty) await refuseRunning(open, plan.instances);
    await setState(open, id, { state: "running" });
    const result = await runInProcess<RestoreEffects, RestoreResult>(restore(plan), {
      handlers: restoreHandlers(open, { report, journal }),
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

/** Points whose history goes with the originals say so before the first one goes. */
async function markLost({ catalog, settings }: OpenDeployment, plan: DynamodbPlan): Promise<void> {
  const { records } = await catalog.points.list(settings.name);
  for (const point of dyingPoints(records, plan))
    await catalog.points.update(point, (record) => ({ ...record, lostTo: plan.run }));
}

/** None has gone after all. */
async function unmarkLost({ catalog, settings }: OpenDeployment, run: string): Promise<void> {
  const { records } = await catalog.points.list(settings.name);
  for (const { id } of records.filter(({ lostTo }) => lostTo === run))
    await catalog.points.update(id, ({ lostTo: _, ...rest }) => rest);
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
    refuseAbandoning(run, change.state);
    return { ...run, updatedMs: clock.wallMs(), ...change };
  });
}

async function plannedRun({ catalog, settings }: OpenDeployment, id: string): Promise<PlannedRun> {
  const { record } = await catalog.runs.get(id);
  if (record.deployment === settings.name) return asPlanned(record);
  throw new StillpointError(
    "NOT_FOUND",
    `run "${id}" belongs to deployment "${record.deployment}", not to "${settings.name}"; nothing was changed`,
  );
}

/** What is carried out is what was planned and agreed to, or nothing. */
function asPlanned(run: Run): PlannedRun {
  const { dynamodb, digest } = (run.plan ?? {}) as Partial<PlannedRun["plan"]>;
  if (dynamodb !== undefined && digestOf(dynamodb) === digest) return run as PlannedRun;
  throw new StillpointError(
    "CATALOG_DAMAGED",
    `the plan of run "${run.id}" is not the one that was made: its digest is not "${digest}"; nothing was changed`,
  );
}

/** Its copies may be gone in part, so that a journal that remembers them must not be replayed. */
function refuseAbandoning({ id, state }: Run, next?: Run["state"]): void {
  if (state !== "abandoning" || next === "abandoning" || next === "abandoned") return;
  throw new StillpointError(
    "ABANDON_UNFINISHED",
    `run "${id}" is being abandoned, and part of what it made is gone; nothing more was changed`,
  );
}

/** A run that was done side by side can still be abandoned: that removes its copies. */
function refuseEnded({ id, state }: Run, next?: Run["state"]): void {
  if (state === "abandoned" || (state === "done" && next !== "abandoned"))
    throw new StillpointError("RUN_FINISHED", `run "${id}" is ${state} already; nothing was changed`);
}

/**
 * What deletes must be asked for by name, typed by a person or by an approved event: again whenever the run is
 * resumed before the first deletion, since what will be discarded has grown.
 */
function refuseUnconfirmed(
  { id, state, deployment, plan }: PlannedRun,
  confirm: string | undefined,
  nowMs: number,
): void {
  if (plan.dynamodb.mode === "side-by-side" || confirm === deployment) return;
  const typed = confirm === undefined ? "nothing was typed" : `"${confirm}" was typed`;
  const touched = state === "planned" ? "nothing was touched" : "no original was deleted so far";
  throw new StillpointError(
    "CONFIRMATION_NEEDED",
    `run "${id}" deletes ${plan.dynamodb.tables.length} tables of "${deployment}" and has to be confirmed with that name; ${discardedText(plan.dynamodb, nowMs)}; ${typed}, ${touched}`,
  );
}

interface Removed {
  readonly tables: number;
  readonly backups: number;
}

/** Nothing was made yet. */
async function abandonPlan({ catalog, clock }: OpenDeployment, { id }: Run): Promise<Removed> {
  await catalog.runs.update(id, (run) => {
    if (run.state === "planned") return { ...run, state: "abandoned", updatedMs: clock.wallMs() };
    throw new StillpointError("CATALOG_CONFLICT", `run "${id}" was begun meanwhile: it is ${run.state}`);
  });
  return { tables: 0, backups: 0 };
}

/** What an earlier abandoning has removed does not come back: then the mark stays. */
async function markRun(open: OpenDeployment, run: Run, state: "abandoning" | "failed"): Promise<void> {
  const { catalog, clock } = open;
  if (run.state === "abandoning") return;
  await catalog.runs.update(run.id, (now) => {
    refuseEnded(now, "abandoned");
    return { ...now, state, updatedMs: clock.wallMs() };
  });
  // Also one that resumed the run just before the mark.
  if (state === "abandoning") await Journal.fence(catalog.store, run.id);
}

interface Abandoning extends Running {
  /** The way out where neither going on nor removing is safe: ends the run and leaves everything as it is. */
  readonly keepCopies?: boolean;
}

/** Removes what a run that nobody will finish has made, by the same laws, and frees its lease. */
export async function abandonRestore(
  open: OpenDeployment,
  id: string,
  { report, signal, keepCopies = false }: Abandoning,
): Promise<Removed> {
  const { catalog, clock, settings } = open;
  const run = await plannedRun(open, id);
  const { mode } = run.plan.dynamodb;
  refuseEnded(run, mode === "in-place" ? run.state : "abandoned");
  if (run.state === "planned") return abandonPlan(open, run);
  await catalog.acquireLease(settings.name, { kind: "restore", run: id }, clock.wallMs());
  // A runner that is still at work stops at its next step; it must not delete what the clean-up rests on.
  await Journal.fence(catalog.store, id);
  if (keepCopies) return endAsItStands(open, run);
  const removed = await runInProcess<AbandonEffects, { tables: number; backups: number }>(
    abandon(run.plan.dynamodb),
    {
      handlers: restoreHandlers(open, {
        report,
        markRun: (state) => markRun(open, run, state),
      }),
      ...(signal && { signal }),
    },
  );
  await unmarkLost(open, id);
  await endAbandoned(open, id);
  return removed;
}

async function endAbandoned(open: OpenDeployment, id: string): Promise<void> {
  await setState(open, id, { state: "abandoned" });
  await open.catalog.releaseLease(open.settings.name, id);
}

async function endAsItStands(open: OpenDeployment, { id, plan }: PlannedRun): Promise<Removed> {
  if ((await missingOriginals(open, plan.dynamodb)).length === 0) await unmarkLost(open, id);
  await endAbandoned(open, id);
  return { tables: 0, backups: 0 };
}
