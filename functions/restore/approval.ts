import type { Failure } from "../../shared/errors/stillpoint-error.ts";
import { wakeExecution } from "../aws/executions.ts";
import { askForApproval, whatStandsAgainst } from "./asked-approval.ts";
import type { Execution } from "./execution.ts";

/** Waits until somebody who may has approved this very plan, and answers what stands against it where nobody did in time. */
export async function awaitApproval(execution: Execution): Promise<Failure | undefined> {
  const { context, open, planned, attempt, host } = execution;
  if (planned.approved) return undefined;
  const seconds = Math.ceil(open.settings.approvalWithinMs / 1000);
  const ask = async (callback: string) => {
    // Who approved before there was a callback could wake nobody.
    const { approved } = await askForApproval(execution, { attempt, callback });
    if (approved) await wakeExecution(host.aws.region, callback);
  };
  await context
    .waitForCallback("approval", ask, { timeout: { seconds } })
    // Not in time, or by a call that was none of ours: what counts is the record.
    .catch(() => undefined);
  return context.step("approved", () => whatStandsAgainst(execution, attempt));
}
