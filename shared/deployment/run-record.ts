import type { Run } from "../catalog/model.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { digestOf, type PlannedRun } from "./plan-restore.ts";
import { plannedOf } from "./recorded-run.ts";

export async function plannedRun({ catalog, settings }: OpenDeployment, id: string): Promise<PlannedRun> {
  const { record } = await catalog.runs.get(id);
  if (record.deployment === settings.name) return asPlanned(record);
  throw new StillpointError(
    "NOT_FOUND",
    `run "${id}" belongs to deployment "${record.deployment}", not to "${settings.name}"; nothing was changed`,
  );
}

/** What is carried out is what was planned and agreed to, or nothing. */
function asPlanned(run: Run): PlannedRun {
  const planned = plannedOf(run);
  const { restore, digest } = (planned.plan ?? {}) as Partial<PlannedRun["plan"]>;
  if (restore !== undefined && digestOf(restore) === digest) return planned;
  throw new StillpointError(
    "CATALOG_DAMAGED",
    `the plan of run "${run.id}" is not the one that was made: its digest is not "${digest}"; nothing was changed`,
  );
}

export async function setState(
  { catalog, clock }: OpenDeployment,
  id: string,
  change: Partial<Run>,
): Promise<void> {
  await catalog.runs.update(id, (found) => {
    const { failure: _, resumedAfter: __, ...run } = found;
    // Said again by an execution that died before it heard that it was written down.
    if (run.state === "done" && change.state === "done") return found;
    refuseEnded(run, change.state);
    refuseAbandoning(run, change.state);
    return { ...run, updatedMs: clock.wallMs(), ...change };
  });
}

/** Its copies may be gone in part, so that a journal that remembers them must not be replayed. */
export function refuseAbandoning({ id, state }: Run, next?: Run["state"]): void {
  if (state !== "abandoning" || next === "abandoning" || next === "abandoned") return;
  throw new StillpointError(
    "ABANDON_UNFINISHED",
    `run "${id}" is being abandoned, and part of what it made is gone; nothing more was changed`,
  );
}

/** A run that was done side by side can still be abandoned: that removes its copies. */
export function refuseEnded({ id, state }: Run, next?: Run["state"]): void {
  if (state === "abandoned" || (state === "done" && next !== "abandoned"))
    throw new StillpointError("RUN_FINISHED", `run "${id}" is ${state} already; nothing was changed`);
}

/** Ends a plan of which nothing was made yet. */
export async function abandonPlan({ catalog, clock }: OpenDeployment, id: string): Promise<void> {
  await catalog.runs.update(id, (run) => {
    if (run.state === "abandoned") return run;
    if (run.state === "planned") return { ...run, state: "abandoned", updatedMs: clock.wallMs() };
    throw new StillpointError("CATALOG_CONFLICT", `run "${id}" was begun meanwhile: it is ${run.state}`);
  });
}
