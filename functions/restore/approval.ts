import type { Run } from "../../shared/catalog/model.ts";
import { isApproved } from "../../shared/deployment/begin-restore.ts";
import { endRequest } from "../../shared/deployment/restore-requests.ts";
import { announceRestore } from "../../shared/deployment/restore-telemetry.ts";
import { abandonPlan, plannedRun } from "../../shared/deployment/run-record.ts";
import { atWork } from "../../shared/deployment/take-attempt.ts";
import type { Failure } from "../../shared/errors/stillpoint-error.ts";
import { wakeExecution } from "../aws/executions.ts";
import type { Execution } from "./execution.ts";

/**
 * Waits until somebody who may has approved this very plan, and answers what stands against it where nobody did in
 * time: then the run has ended, and nothing was ever made.
 */
export async function awaitApproval(execution: Execution): Promise<Failure | undefined> {
  const { context, open, planned, attempt } = execution;
  if (planned.approved) return undefined;
  const seconds = Math.ceil(open.settings.approvalWithinMs / 1000);
  await context
    .waitForCallback("approval", (callback) => ask(execution, callback), { timeout: { seconds } })
    // Not in time, or by a call that was none of ours: what counts is the record.
    .catch(() => undefined);
  return context.step("approved", async () => {
    const run = await plannedRun(open, planned.run);
    if (hasGoneOn(run, attempt)) return leaveToOthers(execution, run);
    if (isApproved(run, open.settings.approvalWithinMs, open.clock.wallMs())) return undefined;
    return giveUp(execution);
  });
}

/** Begun from a command line meanwhile, or resumed by a later execution, which waits or has waited itself. */
function hasGoneOn({ state, execution }: Run, attempt: number): boolean {
  const isBegun = state !== "planned" && state !== "abandoned";
  return isBegun || (execution?.attempt ?? 0) > attempt;
}

/** The run has not failed: whoever goes on with it tells what comes of it. */
function leaveToOthers({ host, planned }: Execution, { state }: Run): Failure {
  const { run } = planned;
  const message = `somebody else has gone on with run "${run}", which is ${state} by now; this execution did nothing`;
  host.telemetry.log("warn", message, { run });
  return { code: "CATALOG_CONFLICT", message };
}

async function ask(execution: Execution, callback: string): Promise<void> {
  const { host, open, planned, attempt } = execution;
  const { approvalWithinMs } = open.settings;
  await open.catalog.runs.update(planned.run, (found) => atWork(found, { attempt, callback }));
  const run = await plannedRun(open, planned.run);
  await announceRestore(host.telemetry, planned, {
    kind: "restore.waiting",
    digest: run.plan.digest,
    until: new Date(run.updatedMs + approvalWithinMs).toISOString(),
    consequences: run.plan.text.consequences,
  });
  // Who approved before there was a callback could wake nobody.
  if (!isApproved(run, approvalWithinMs, open.clock.wallMs())) return;
  await wakeExecution(host.aws.region, callback);
}

async function giveUp({ host, open, planned }: Execution): Promise<Failure> {
  const { run, request } = planned;
  const message = `nobody approved run "${run}" in time; it has ended, and nothing was touched`;
  const failure: Failure = { code: "NOT_APPROVED", message };
  await abandonPlan(open, run);
  if (request !== undefined) await endRequest(open, request, { state: "refused", failure });
  await announceRestore(host.telemetry, planned, { kind: "restore.failed", ...failure });
  return failure;
}
