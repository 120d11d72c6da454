import type { Deployment } from "../../../shared/config/config.ts";
import type { DeploymentStatus } from "../../../shared/deployment/status.ts";
import { type Failure, toFailure } from "../../../shared/errors/stillpoint-error.ts";
import { addressOf } from "../../../shared/pause/instance.ts";
import { StatusOutput, statusJson } from "../json/gates.ts";
import { sweepJson } from "../json/sweep.ts";
import { deploymentsOf, type Opened, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { statusLines } from "../show/status.ts";
import { sweepLines } from "../show/sweeps.ts";
import { fact } from "../show/text.ts";

/** `stillpoint status [DEPLOYMENT]`: of all deployments where none is named. Changes nothing. */
export async function status(shell: Shell, name: string | undefined): Promise<Outcome> {
  const opened = openCatalog(shell);
  const looks = await Promise.all(
    deploymentsOf(opened.config, name).map((settings) => lookAt(shell, opened, settings)),
  );
  const { records: sweeps, unreadable } = await opened.catalog.sweeps.list();
  const nowMs = Date.now();
  const deployments = looks.flatMap((look) => ("status" in look ? [look.status] : []));
  const unopened = looks.flatMap((look) => ("failure" in look ? [look] : []));
  const blocks = [
    ...deployments.map((each) => statusLines(each, nowMs)),
    ...unopened.map(({ deployment, failure }) => [deployment, `  cannot be looked at: ${failure.message}`]),
    [
      ...sweepLines(sweeps, { nowMs, overdue: overdue(deployments, nowMs) }),
      ...unreadable.flatMap(({ message }) => fact("unreadable", message)),
    ],
  ];
  const failure = deployments.map(left).find((each) => each !== undefined) ?? unopened[0]?.failure;
  return {
    schema: StatusOutput,
    value: {
      deployments: deployments.map(statusJson),
      unopened: unopened.map(({ deployment, failure }) => ({ deployment, message: failure.message })),
      unreadable: unreadable.map(({ message }) => message),
      sweeps: sweeps.map((one) => sweepJson(one, nowMs)),
    },
    lines: blocks.flatMap((block, index) => (index === 0 ? block : ["", ...block])),
    ...(failure && { failure }),
  };
}

function overdue(deployments: readonly DeploymentStatus[], nowMs: number): number {
  return deployments.flatMap(({ openPauses }) => openPauses).filter(({ deadlineMs }) => deadlineMs < nowMs)
    .length;
}

/** Paused although no backup is at work on it: an outage that nobody ends by himself. */
function left({ deployment, instances, backupAtWork }: DeploymentStatus): Failure | undefined {
  const closed = instances.filter(({ kind }) => kind === "closed");
  if (backupAtWork || closed.length === 0) return undefined;
  const names = closed.map(({ instance }) => `"${addressOf(instance)}"`).join(", ");
  return {
    code: "STILL_PAUSED",
    message: `${names} of "${deployment}" is paused, and no backup is at work on it`,
  };
}

type Look =
  | { readonly status: DeploymentStatus }
  | { readonly deployment: string; readonly failure: Failure };

/** What is wrong with one deployment must not hide the others. */
async function lookAt(shell: Shell, opened: Opened, settings: Deployment): Promise<Look> {
  try {
    const { statusOf } = await import("../../../shared/deployment/status.ts");
    return { status: await withOpen(shell, opened, settings, statusOf) };
  } catch (error) {
    return { deployment: settings.name, failure: toFailure(error) };
  }
}
