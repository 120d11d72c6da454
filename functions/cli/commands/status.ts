import { deploymentNamed } from "../../../shared/config/load-config.ts";
import type { DeploymentStatus } from "../../../shared/deployment/status.ts";
import { statusOfAll } from "../../../shared/deployment/status-of-all.ts";
import type { Failure } from "../../../shared/errors/stillpoint-error.ts";
import { addressOf } from "../../../shared/pause/instance.ts";
import { typeable } from "../failure.ts";
import { StatusOutput, statusOfAllJson } from "../json/gates.ts";
import { aboutDeployment, deploymentsOf, type Opened, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { statusLines } from "../show/status.ts";
import { sweepLines } from "../show/sweeps.ts";
import { fact } from "../show/text.ts";
import { wayBackLines } from "../show/ways-back.ts";

interface StatusOptions {
  readonly readCoordinator?: boolean;
}

/** `stillpoint status [DEPLOYMENT]`: of all deployments where none is named. Changes nothing. */
export async function status(
  shell: Shell,
  name: string | undefined,
  { readCoordinator = false }: StatusOptions = {},
): Promise<Outcome> {
  const opened = openCatalog(shell);
  const all = await statusOfAll(
    { catalog: opened.catalog, deployments: deploymentsOf(opened.config, name) },
    async (settings) => {
      const { statusOf } = await import("../../../shared/deployment/status.ts");
      return withOpen(shell, opened, settings, statusOf);
    },
  );
  const { deployments, unopened, sweeps, unreadable } = all;
  const nowMs = Date.now();
  const blocks = [
    ...deployments.map((each) => {
      const about = aboutDeployment(opened.config, deploymentNamed(opened.config, each.deployment));
      return statusLines(each, nowMs).map((line) => typeable(line, about));
    }),
    ...unopened.map(({ deployment, failure }) => [deployment, `  cannot be looked at: ${failure.message}`]),
    [
      ...sweepLines(sweeps, { nowMs, overdue: overdue(deployments, nowMs) }),
      ...unreadable.flatMap((message) => fact("unreadable", message)),
    ],
  ];
  // The gates are told before any database is asked: whoever looks for a pause must not wait for one that is down.
  for (const line of spaced(blocks)) shell.say(line);
  const looked = await lookAtWaysBack(shell, opened, { deployments, readCoordinator });
  const failure = deployments.map(left).find((each) => each !== undefined) ?? unopened[0]?.failure;
  return {
    schema: StatusOutput,
    value: statusOfAllJson({ ...all, deployments: looked }, nowMs),
    lines: looked.flatMap((each) => ["", ...wayBackLines({ ...each, config: shell.config }, each.waysBack)]),
    ...(failure && { failure }),
  };
}

function spaced(blocks: readonly (readonly string[])[]): readonly string[] {
  return blocks.flatMap((block, index) => (index === 0 ? block : ["", ...block]));
}

type WithWaysBack = DeploymentStatus & Required<Pick<DeploymentStatus, "waysBack">>;

async function lookAtWaysBack(
  shell: Shell,
  opened: Opened,
  {
    deployments,
    readCoordinator,
  }: { readonly deployments: readonly DeploymentStatus[]; readonly readCoordinator: boolean },
): Promise<readonly WithWaysBack[]> {
  const { waysBack } = await import("../../../shared/deployment/ways-back.ts");
  const look = async (status: DeploymentStatus) => {
    const settings = deploymentNamed(opened.config, status.deployment);
    return withOpen(shell, opened, settings, async (open) => ({
      ...status,
      waysBack: await waysBack(open, { lastPoint: status.lastPoint, readCoordinator }),
    }));
  };
  return Promise.all(deployments.map(look));
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
