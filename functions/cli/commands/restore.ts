import type { OpenDeployment } from "../../../shared/deployment/open-deployment.ts";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import { plannedOf } from "../../../shared/deployment/recorded-run.ts";
import { askedPoint } from "../asked-point.ts";
import { carryOut } from "../carry-out.ts";
import { RestoreOutput, restoreJson } from "../json/run.ts";
import { deploymentOf, type Opened, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import { type RestoreOptions, refuseBesidePlan } from "../planned-options.ts";
import type { Shell } from "../shell.ts";
import { planLines } from "../show/plan.ts";
import { resultLines } from "../show/restore-result.ts";

/** `stillpoint restore [DEPLOYMENT]`: carries out a plan, or makes one, shows it, and carries it out. */
export async function restore(
  shell: Shell,
  name: string | undefined,
  options: RestoreOptions,
): Promise<Outcome> {
  if (options.plan !== undefined) return carryOutPlan(shell, options.plan, name, options);
  const asked = askedPoint(options, Date.now());
  const opened = openCatalog(shell);
  const settings = deploymentOf(opened.config, name);
  const { planAsked } = await import("../plan-asked.ts");
  return withOpen(shell, opened, settings, async (open) => {
    const planned = await planAsked(shell, opened, open, { asked, options });
    if (planned.kind === "not-found") return planned.outcome;
    for (const line of [...planLines(planned.run), ""]) shell.say(line);
    return restored(shell, opened, open, planned.run, options.confirm);
  });
}

async function carryOutPlan(
  shell: Shell,
  id: string,
  name: string | undefined,
  { confirm, plan: _, ...options }: RestoreOptions,
): Promise<Outcome> {
  refuseBesidePlan(`plan "${id}" has its point and its mode already`, options);
  return resumeRestore(shell, id, { ...(confirm !== undefined && { confirm }) }, name);
}

/** `stillpoint restore resume RUN`: goes on with a run; one that was only planned begins. */
export async function resumeRestore(
  shell: Shell,
  id: string,
  { confirm, ...options }: RestoreOptions,
  name?: string,
): Promise<Outcome> {
  refuseBesidePlan(`run "${id}" has its plan`, options);
  const opened = openCatalog(shell);
  const run = plannedOf((await opened.catalog.runs.get(id)).record);
  const settings = deploymentOf(opened.config, name ?? run.deployment);
  return withOpen(shell, opened, settings, (open) => restored(shell, opened, open, run, confirm));
}

async function restored(
  shell: Shell,
  opened: Opened,
  open: OpenDeployment,
  planned: PlannedRun,
  confirm: string | undefined,
): Promise<Outcome> {
  const end = await carryOut(shell, opened, open, { planned, confirm });
  if (end.kind === "failed") return end.outcome;
  const { run, result } = end;
  return {
    schema: RestoreOutput,
    value: restoreJson(run, result),
    lines: ["", ...resultLines(run, result)],
  };
}
