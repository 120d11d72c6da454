import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import type { PlannedRun } from "../../shared/deployment/plan-restore.ts";
import { plannedOf } from "../../shared/deployment/recorded-run.ts";
import { codeOf, toFailure } from "../../shared/errors/stillpoint-error.ts";
import type { RestorePlan, RunResult } from "../../shared/restore/restore-plan.ts";
import { restoreProgressOn } from "./choose-progress.ts";
import { askConfirmation } from "./confirmation.ts";
import type { Circumstances } from "./failure.ts";
import { untilInterrupted } from "./interruption.ts";
import { RestoreOutput, restoreJson } from "./json/run.ts";
import { aboutDeployment, type Opened } from "./opening.ts";
import type { Outcome } from "./outcome.ts";
import type { Shell } from "./shell.ts";
import { wrapped } from "./show/text.ts";
import { toldRestore } from "./told-restore.ts";

export type CarriedOut =
  | { readonly kind: "done"; readonly run: PlannedRun; readonly result: RunResult }
  | { readonly kind: "failed"; readonly outcome: Outcome };

/** Nothing is deleted any more, so nothing is asked. */
const ENDED: ReadonlySet<string> = new Set(["abandoning", "done", "abandoned"]);

/** Runs to the end, and tells where the run stands whatever the end is. */
export async function carryOut(
  shell: Shell,
  opened: Opened,
  open: OpenDeployment,
  { planned, confirm }: { readonly planned: PlannedRun; readonly confirm?: string | undefined },
): Promise<CarriedOut> {
  const { id, state } = planned;
  const { mode, kind } = planned.plan.restore;
  const { runRestore } = await import("../../shared/deployment/run-restore.ts");
  const mustAsk = mode === "in-place" && !ENDED.has(state) && confirm === undefined && shell.interactive;
  const typed = mustAsk ? await askConfirmation(planned) : confirm;
  using interruption = untilInterrupted(shell, {
    stopping: `the ${nounOf(kind)} stops after the step that it is at`,
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
    return { kind: "done", run: { ...planned, state: "done" }, result };
  } catch (error) {
    await progress.end("failed");
    const run = plannedOf((await opened.catalog.runs.get(id)).record);
    return { kind: "failed", outcome: failed(run, error, aboutDeployment(opened.config, open.settings)) };
  }
}

function nounOf(kind: RestorePlan["kind"]): string {
  return kind === "search" ? "search" : "restore";
}

function failed(run: PlannedRun, error: unknown, about: Circumstances): Outcome {
  const { id, deployment, state, plan } = run;
  const begun = state !== "planned";
  const stands = codeOf(error) === "RUN_FINISHED" ? "" : (STANDS[state] ?? "");
  return {
    schema: RestoreOutput,
    value: restoreJson(run),
    lines: [`run ${id} is ${state}${stands}`, ...(state === "failed" ? giveUpLines(run) : [])],
    failure: toFailure(error),
    about: { ...about, run: { id, deployment, mode: plan.restore.mode, begun } },
  };
}

const STANDS: Readonly<Record<string, string>> = {
  planned: ": nothing was touched, and it holds no lease",
  abandoning: ": part of what it had made is removed, and it holds the deployment's lease",
  failed: ": what it has done is in its journal, and it holds the deployment's lease",
  abandoned: ": what it had made is removed, and it holds no lease",
};

/** A search replaces nothing, so that giving it up is always as good as going on. */
function giveUpLines({ id, plan }: PlannedRun): readonly string[] {
  if (plan.restore.kind !== "search") return [];
  return wrapped(
    `go on with: stillpoint restore resume ${id}; or give it up, which removes its table: stillpoint restore abandon ${id}`,
    "  ",
  );
}
