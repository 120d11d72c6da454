import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { abandonRestore } from "../../shared/deployment/abandon-restore.ts";
import { isApproved } from "../../shared/deployment/begin-restore.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { endRequest } from "../../shared/deployment/restore-requests.ts";
import { announceRestore } from "../../shared/deployment/restore-telemetry.ts";
import { plannedRun } from "../../shared/deployment/run-record.ts";
import { codeOf, type Failure } from "../../shared/errors/stillpoint-error.ts";
import { executionName } from "../../shared/workflow/durable-attempt.ts";
import { executionsIn } from "../aws/executions.ts";
import type { AwsHost } from "../aws/host.ts";
import type { Known } from "./plan-once.ts";

/**
 * Waits until somebody who may has approved this very plan, and answers what stands against it where nobody did in
 * time: then the run has ended, and nothing was ever made.
 */
export async function awaitApproval(
  host: AwsHost,
  context: DurableContext,
  open: OpenDeployment,
  planned: Known,
): Promise<Failure | undefined> {
  if (planned.approved) return undefined;
  const seconds = Math.ceil(open.settings.approvalWithinMs / 1000);
  await context
    .waitForCallback("approval", (callback) => ask(host, open, planned, callback), { timeout: { seconds } })
    // Not in time, or by a call that was none of ours: what counts is the record.
    .catch(() => undefined);
  return context.step("approved", async () => {
    const run = await plannedRun(open, planned.run);
    if (isApproved(run, open.settings.approvalWithinMs, open.clock.wallMs())) return undefined;
    return giveUp(host, open, planned);
  });
}

async function ask(host: AwsHost, open: OpenDeployment, planned: Known, callback: string): Promise<void> {
  const { run: id, request } = planned;
  const { approvalWithinMs } = open.settings;
  const execution = { name: executionName(request ?? id, 1), attempt: 1, callback };
  await open.catalog.runs.update(id, (found) => ({ ...found, execution }));
  const run = await plannedRun(open, id);
  await announceRestore(host.telemetry, planned, {
    kind: "restore.waiting",
    digest: run.plan.digest,
    until: new Date(run.updatedMs + approvalWithinMs).toISOString(),
    consequences: run.plan.text.consequences,
  });
  // Who approved before there was a callback could wake nobody.
  if (!isApproved(run, approvalWithinMs, open.clock.wallMs())) return;
  const executions = executionsIn(host.aws.region);
  await executions.wake(callback).finally(() => executions.close());
}

async function giveUp(host: AwsHost, open: OpenDeployment, planned: Known): Promise<Failure> {
  const { run, request } = planned;
  const message = `nobody approved run "${run}" in time; it has ended, and nothing was touched`;
  const failure: Failure = { code: "NOT_APPROVED", message };
  await abandonRestore(open, run, { report: () => undefined }).catch((error: unknown) => {
    // Ended by somebody else, or by this very step before its process died.
    if (codeOf(error) !== "RUN_FINISHED") throw error;
  });
  if (request !== undefined) await endRequest(open, request, { state: "refused", failure });
  await announceRestore(host.telemetry, planned, { kind: "restore.failed", ...failure });
  return failure;
}
