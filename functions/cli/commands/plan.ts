import { askedPoint } from "../asked-point.ts";
import { startCommand, typeable } from "../failure.ts";
import { planJson } from "../json/plan.ts";
import { PlanOutput } from "../json/run.ts";
import { aboutDeployment, deploymentOf, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { planLines } from "../show/plan.ts";

export interface PlanOptions {
  readonly point?: string;
  readonly at?: string;
  readonly sideBySide?: boolean;
  readonly detachReplicas?: boolean;
  readonly acceptObserved?: boolean;
}

/** `stillpoint plan [DEPLOYMENT]` */
export async function plan(shell: Shell, name: string | undefined, options: PlanOptions): Promise<Outcome> {
  const choice = askedPoint(options, Date.now());
  const opened = openCatalog(shell);
  const settings = deploymentOf(opened.config, name);
  const { planRestore } = await import("../../../shared/deployment/plan-restore.ts");
  const { sideBySide, detachReplicas = false, acceptObserved = false } = options;
  const mode = sideBySide ? "side-by-side" : "in-place";
  const planned = await withOpen(shell, opened, settings, (open) =>
    planRestore(open, { choice, mode, detachReplicas, acceptObserved }),
  );
  const command = startCommand({ id: planned.id, deployment: settings.name, mode, begun: false });
  return {
    schema: PlanOutput,
    value: { plan: planJson(planned) },
    lines: [...planLines(planned), "", "Carry it out with", `  ${typeable(command, configOf(shell))}`],
    about: aboutDeployment(opened.config, settings),
  };
}

function configOf({ config }: Shell) {
  return config === undefined ? {} : { config };
}
