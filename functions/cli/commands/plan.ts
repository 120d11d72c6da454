import { askedPoint } from "../asked-point.ts";
import { startCommand, typeable } from "../failure.ts";
import { planJson } from "../json/plan.ts";
import { PlanOutput } from "../json/run.ts";
import { aboutDeployment, deploymentOf, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { PlanOptions } from "../plan-asked.ts";
import type { Shell } from "../shell.ts";
import { planLines } from "../show/plan.ts";

/** `stillpoint plan [DEPLOYMENT]` */
export async function plan(shell: Shell, name: string | undefined, options: PlanOptions): Promise<Outcome> {
  const asked = askedPoint(options, Date.now());
  const opened = openCatalog(shell);
  const settings = deploymentOf(opened.config, name);
  const { planAsked } = await import("../plan-asked.ts");
  const planned = await withOpen(shell, opened, settings, (open) =>
    planAsked(shell, opened, open, { asked, options }),
  );
  if (planned.kind === "not-found") return planned.outcome;
  const { run } = planned;
  const { mode } = run.plan.restore;
  const command = startCommand({ id: run.id, deployment: settings.name, mode, begun: false });
  return {
    schema: PlanOutput,
    value: { plan: planJson(run) },
    lines: [...planLines(run), "", "Carry it out with", `  ${typeable(command, configOf(shell))}`],
    about: aboutDeployment(opened.config, settings),
  };
}

function configOf({ config }: Shell) {
  return config === undefined ? {} : { config };
}
