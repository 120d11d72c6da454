import { hostname, userInfo } from "node:os";
import { approveRestore } from "../../../shared/deployment/approve-restore.ts";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import { plannedOf } from "../../../shared/deployment/recorded-run.ts";
import type { RunExecution } from "../../../shared/deployment/take-attempt.ts";
import { messageOf, StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import { LOOK_EVERY_MS } from "../../restore/asked-approval.ts";
import { askConfirmation } from "../confirmation.ts";
import { typeable } from "../failure.ts";
import { ApproveOutput } from "../json/run.ts";
import { aboutDeployment, deploymentOf, type Opened, openCatalog } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { planLines } from "../show/plan.ts";

/** `stillpoint approve RUN`: agrees to one very plan, which its digest names, for whoever carries it out. */
export async function approve(
  shell: Shell,
  id: string,
  { digest: given }: { readonly digest?: string },
): Promise<Outcome> {
  const opened = openCatalog(shell);
  const run = plannedOf((await opened.catalog.runs.get(id)).record);
  const settings = deploymentOf(opened.config, run.deployment);
  const digest = given ?? (await agreed(shell, run));
  const by = `${userInfo().username} on ${hostname()}`;
  const approved = await approveRestore(opened.catalog, settings, { run: id, digest, by, nowMs: Date.now() });
  const woken = await wake(shell, opened, approved);
  const { deployment, plan, execution } = approved;
  const start = typeable(`stillpoint restore --plan ${id}`, shell.config ? { config: shell.config } : {});
  return {
    schema: ApproveOutput,
    value: { run: id, deployment, digest: plan.digest, by, woken },
    lines: [
      `run ${id} is approved, by ${by}`,
      woken ? "  the execution that waits for it goes on" : `  ${whatFollows(opened, execution, start)}`,
    ],
    about: {
      ...aboutDeployment(opened.config, settings),
      run: { id, deployment, mode: "in-place", begun: true },
    },
  };
}

function whatFollows({ config }: Opened, execution: RunExecution | undefined, start: string): string {
  const waits = execution?.callback !== undefined;
  if (waits && config.azure !== undefined)
    return `the execution that waits for it looks every ${LOOK_EVERY_MS / 60_000} minutes, and goes on by itself`;
  const isAsleep = waits && config.aws !== undefined;
  return `${isAsleep ? "its execution waits until it is woken, as by an event" : "no execution waits for it"}; carry it out with: ${start}`;
}

/** The digest of the plan as it was just shown, once the deployment's name was typed. */
async function agreed(shell: Shell, run: PlannedRun): Promise<string> {
  if (!shell.interactive)
    throw new StillpointError(
      "USAGE",
      `what is approved is not clear: give --digest with that of the plan of run "${run.id}", as stillpoint show tells it; nothing was changed`,
    );
  for (const line of planLines(run)) shell.say(line);
  const typed = await askConfirmation(run, "approve that");
  if (typed === run.deployment) return run.plan.digest;
  throw new StillpointError(
    "APPROVAL_REFUSED",
    `run "${run.id}" was not approved: "${typed}" was typed, and the deployment is "${run.deployment}"; nothing was changed`,
  );
}

/** The approval stands whether or not its execution can be woken from here. */
async function wake(shell: Shell, { config }: Opened, { execution, id }: PlannedRun): Promise<boolean> {
  if (config.aws === undefined || execution?.callback === undefined) return false;
  const { wakeExecution } = await import("../../aws/executions.ts");
  try {
    await wakeExecution(config.aws.region, execution.callback);
    return true;
  } catch (error) {
    shell.warn(
      `run ${id} is approved, but its execution "${execution.name}" could not be woken: ${messageOf(error)}`,
    );
    return false;
  }
}
