import { deploymentNamed } from "../../shared/config/load-config.ts";
import { isApproved } from "../../shared/deployment/begin-restore.ts";
import { withDeployment } from "../../shared/deployment/open-deployment.ts";
import type { PlannedRun } from "../../shared/deployment/plan-restore.ts";
import { plannedOf } from "../../shared/deployment/recorded-run.ts";
import { endRequest, planRequested } from "../../shared/deployment/restore-requests.ts";
import { announceRestore } from "../../shared/deployment/restore-telemetry.ts";
import type { Silence } from "../../shared/deployment/stopped-instances.ts";
import { type Failure, toFailure } from "../../shared/errors/stillpoint-error.ts";
import { RestoreRequest } from "../../shared/restore/restore-request.ts";
import { isPassing } from "../../shared/workflow/durable/passing.ts";
import type { Host } from "../host.ts";

export type AskedRestore = { readonly attempt: number } & (
  | { readonly request: string }
  | { readonly run: string }
);

/** What an execution keeps of its run: little, since it is a checkpoint; the plan itself is in the catalog. */
export interface Known {
  readonly kind: "planned";
  readonly run: string;
  readonly request?: string;
  readonly deployment: string;
  readonly point: string;
  readonly mode: "in-place" | "side-by-side";
  /** Or needs no approval: nothing of value is deleted, or originals are gone already. */
  readonly approved: boolean;
  /** What an instance says that gives no sign: these functions may never have been able to reach it. */
  readonly silence: Silence;
  /** It takes tools that no function has. */
  readonly loadsDumps: boolean;
  /** It looks for quiet seconds and restores nothing. */
  readonly search?: true;
}

export type PlanEnd = Known | { readonly kind: "failed"; readonly failure: Failure };

/** The run that an execution is for, planned now where a request has none yet. What may pass is thrown, and tried again. */
export async function planOnce(host: Host, asked: AskedRestore): Promise<PlanEnd> {
  try {
    return "run" in asked ? await ofRun(host, asked) : await planOf(host, asked.request, asked.attempt);
  } catch (error) {
    if (isPassing(error)) throw error;
    return { kind: "failed", failure: toFailure(error) };
  }
}

/** A request goes on from its search, once that is done, with the restore of the point that was found. */
async function ofRun(
  host: Host,
  { run: id, attempt }: Extract<AskedRestore, { run: string }>,
): Promise<PlanEnd> {
  const run = plannedOf((await host.catalog.runs.get(id)).record);
  const { kind, state, request } = run;
  if (kind === "search" && state === "done" && request !== undefined) return planOf(host, request, attempt);
  return known(host, run);
}

async function planOf(host: Host, id: string, attempt: number): Promise<PlanEnd> {
  const { record: request } = await host.catalog.requests.get(id);
  const settings = deploymentNamed(host.config, request.deployment);
  return withDeployment(host, settings, async (open) => {
    try {
      return await known(host, await planRequested(open, id, { toolsElsewhere: true, attempt }));
    } catch (error) {
      if (isPassing(error)) throw error;
      const failure = toFailure(error);
      await endRequest(open, id, { state: "refused", failure });
      const { mode, point = "" } = RestoreRequest.parse(request.restore);
      const of = { deployment: request.deployment, run: id, point, mode };
      await announceRestore(host.telemetry, of, { kind: "restore.failed", ...failure });
      return { kind: "failed", failure };
    }
  });
}

async function known({ network, catalog, config }: Host, run: PlannedRun): Promise<Known> {
  const { id, request, deployment, point, plan, state } = run;
  const { approvalWithinMs } = deploymentNamed(config, deployment);
  const { mode } = plan.restore;
  // A run that has begun is asked again only where nothing is deleted yet, and says so itself.
  const approved =
    mode === "side-by-side" || state !== "planned" || isApproved(run, approvalWithinMs, Date.now());
  const takenFrom = (await catalog.points.find(point))?.record.takenFrom;
  return {
    kind: "planned",
    run: id,
    ...(request !== undefined && { request }),
    deployment,
    point,
    mode,
    approved,
    silence: takenFrom === network ? "stopped" : "unknown",
    loadsDumps: plan.restore.kind === "jdbc",
    ...(plan.restore.kind === "search" && { search: true }),
  };
}
