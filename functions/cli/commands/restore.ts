import type { OpenDeployment } from "../../../shared/deployment/open-deployment.ts";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import { plannedOf } from "../../../shared/deployment/recorded-run.ts";
import { codeOf, StillpointError, toFailure } from "../../../shared/errors/stillpoint-error.ts";
import { askedPoint } from "../asked-point.ts";
import { askConfirmation } from "../confirmation.ts";
import type { Circumstances } from "../failure.ts";
import { untilInterrupted } from "../interruption.ts";
import { RestoreOutput, restoreJson } from "../json/run.ts";
import { aboutDeployment, deploymentOf, type Opened, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import { restoreProgressOn } from "../progress.ts";
import type { Shell } from "../shell.ts";
import { planLines } from "../show/plan.ts";
import { resultLines } from "../show/restore-result.ts";
import { toldRestore } from "../told-restore.ts";
import type { PlanOptions } from "./plan.ts";

export interface RestoreOptions extends PlanOptions {
  /** A run that was planned before. */
  readonly plan?: string;
  readonly confirm?: string;
}

/** `stillpoint restore [DEPLOYMENT]`: carries out a plan, or makes one, shows it, and carries it out. */
export async function restore(
  shell: Shell,
  name: string | undefined,
  options: RestoreOptions,
): Promise<Outcome> {
  if (options.plan !== undefined) return carryOutPlan(shell, options.plan, name, options);
  const choice = askedPoint(options, Date.now());
  const opened = openCatalog(shell);
  const settings = deploymentOf(opened.config, name);
  const { planRestore } = await import("../../../shared/deployment/plan-restore.ts");
  const { sideBySide, detachReplicas = false, acceptObserved = false } = options;
  const mode = sideBySide ? "side-by-side" : "in-place";
  return withOpen(shell, opened, settings, async (open) => {
    const run = await planRestore(open, { choice, mode, detachReplicas, acceptObserved });
    for (const line of planLines(run)) shell.say(line);
    shell.say("");
    return carryOut(shell, opened, open, run, options.confirm);
  });
}

async function carryOutPlan(
  shell: Shell,
  id: string,
  name: string | undefined,
  { point, at, sideBySide, detachReplicas, acceptObserved, confirm }: RestoreOptions,
): Promise<Outcome> {
  if (point !== undefined || at !== undefined || sideBySide || detachReplicas || acceptObserved)
    throw new StillpointError(
      "USAGE",
      `plan "${id}" has its point and its mode already: leave out --point, --at, --side-by-side, --detach-replicas and --accept-observed; nothing was done`,
    );
  return resumeRestore(shell, id, { ...(confirm !== undefined && { confirm }) }, name);
}

/** `stillpoint restore resume RUN`: goes on with a run; one that was only planned begins. */
export async function resumeRestore(
  shell: Shell,
  id: string,
  { confirm }: { readonly confirm?: string },
  name?: string,
): Promise<Outcome> {
  const opened = openCatalog(shell);
  const run = plannedOf((await opened.catalog.runs.get(id)).record);
  const settings = deploymentOf(opened.config, name ?? run.deployment);
  return withOpen(shell, opened, settings, (open) => carryOut(shell, opened, open, run, confirm));
}

/** Nothing is deleted any more, so nothing is asked. */
const ENDED: ReadonlySet<string> = new Set(["abandoning", "done", "abandoned"]);

/** Runs to the end, and tells where the run stands whatever the end is. */
async function carryOut(
  shell: Shell,
  opened: Opened,
  open: OpenDeployment,
  planned: PlannedRun,
  confirm: string | undefined,
): Promise<Outcome> {
  const { id, state } = planned;
  const { mode } = planned.plan.restore;
  const { runRestore } = await import("../../../shared/deployment/run-restore.ts");
  const mustAsk = mode === "in-place" && !ENDED.has(state) && confirm === undefined && shell.interactive;
  const typed = mustAsk ? await askConfirmation(planned) : confirm;
  using interruption = untilInterrupted(shell, {
    stopping: "the restore stops after the step that it is at",
  });
  const progress = await restoreProgressOn(shell);
  try {
    const result = await toldRestore(shell.task, open, planned, (silence) =>
      runRestore(open, id, {
        silence,
        signal: interruption.signal,
        report: progress.report,
        ...(typed !== undefined && { confirm: typed }),
      }),
    );
    await progress.end("done");
    const run = { ...planned, state: "done" as const };
    return {
      schema: RestoreOutput,
      value: restoreJson(run, result),
      lines: ["", ...resultLines(run, result)],
    };
  } catch (error) {
    await progress.end("failed");
    const run = plannedOf((await opened.catalog.runs.get(id)).record);
    return failed(run, error, aboutDeployment(opened.config, open.settings));
  }
}

function failed(run: PlannedRun, error: unknown, about: Circumstances): Outcome {
  const { id, deployment, state, plan } = run;
  const begun = state !== "planned";
  return {
    schema: RestoreOutput,
    value: restoreJson(run),
    lines: [`run ${id} is ${state}${STANDS[codeOf(error) === "RUN_FINISHED" ? "ended" : state] ?? ""}`],
    failure: toFailure(error),
    about: { ...about, run: { id, deployment, mode: plan.restore.mode, begun } },
  };
}

const STANDS: Readonly<Record<string, string>> = {
  planned: ": nothing was touched, and it holds no lease",
  abandoning: ": part of what it had made is removed, and it holds the deployment's lease",
  failed: ": what it has done is in its journal, and it holds the deployment's lease",
};
