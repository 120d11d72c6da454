import type { Catalog } from "../catalog/catalog.ts";
import type { Run } from "../catalog/model.ts";
import type { Deployment } from "../config/config.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { digestOf, type PlannedRun } from "./plan-restore.ts";
import { plannedOf } from "./recorded-run.ts";

export interface Approving {
  readonly run: string;
  /** Of the plan as it was read by who approves. */
  readonly digest: string;
  /** Who, as far as it is known. */
  readonly by: string;
  readonly nowMs: number;
}

/** So many characters of a digest are enough: nobody can make another plan that begins with them. */
const LEAST_DIGEST = 12;

/**
 * Agrees to one very plan, for whoever carries it out. A plan that waited too long is approved no more. A run that has
 * begun is, however long ago: its first approval has grown old, and it cannot go on without another.
 */
export async function approveRestore(
  catalog: Catalog,
  settings: Deployment,
  { run: id, digest: given, by, nowMs }: Approving,
): Promise<PlannedRun> {
  const digest = given.trim().toLowerCase();
  const { record } = await catalog.runs.update(id, (run) => {
    const planned = plannedOf(run);
    const reason = whyNot(planned, settings, { digest, nowMs });
    if (reason !== undefined)
      throw new StillpointError(
        "APPROVAL_REFUSED",
        `run "${id}" was not approved: ${reason}; nothing was changed`,
      );
    return { ...run, approval: { digest: planned.plan.digest, by, atMs: nowMs } };
  });
  return plannedOf(record);
}

/** `running` may be a run whose process died, which nobody can tell. */
const APPROVABLE: readonly Run["state"][] = ["planned", "failed", "running"];

function whyNot(
  { deployment, state, updatedMs, plan }: PlannedRun,
  { name, approvalWithinMs }: Deployment,
  { digest, nowMs }: { readonly digest: string; readonly nowMs: number },
): string | undefined {
  if (deployment !== name) return `it belongs to "${deployment}", not to "${name}"`;
  if (!APPROVABLE.includes(state)) return `it is ${state} already`;
  if (digestOf(plan.restore) !== plan.digest) return "its plan is not the one that was made";
  if (digest.length < LEAST_DIGEST)
    return `"${digest}" is too short to name a plan: give at least ${LEAST_DIGEST} characters of its digest`;
  if (!plan.digest.startsWith(digest))
    return `the approval is of a plan with digest "${digest}", and its plan has "${plan.digest}"`;
  if (state === "planned" && nowMs > updatedMs + approvalWithinMs)
    return `it waited for an approval until ${new Date(updatedMs + approvalWithinMs).toISOString()} only, since what it discards grows`;
  return undefined;
}
