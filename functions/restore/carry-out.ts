import { restoreTelemetry } from "../../shared/deployment/restore-telemetry.ts";
import { restoreHandlers, restoring } from "../../shared/deployment/restoring.ts";
import { plannedRun } from "../../shared/deployment/run-record.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { RunResult } from "../../shared/restore/restore-plan.ts";
import type { ReadingEffects } from "../../shared/settle/reading.ts";
import { orInvokeAgain } from "../../shared/workflow/durable-attempt.ts";
import type { Handlers } from "../../shared/workflow/effect.ts";
import type { Journal } from "../../shared/workflow/journal.ts";
import { type DurableEnd, runDurably } from "../../shared/workflow/run-durable.ts";
import type { AwsHost } from "../aws/host.ts";
import type { Execution } from "./execution.ts";

/** The very workflow that the command line runs, by the same journal. */
export async function carryOut(
  { host, context, open, planned }: Execution,
  journal: Journal,
): Promise<DurableEnd<RunResult>> {
  const { run, deployment, silence } = planned;
  const { plan } = await orInvokeAgain(() => plannedRun(open, run));
  const report = restoreTelemetry(host.telemetry, { deployment, run });
  return runDurably(restoring(plan.restore), {
    context,
    journal,
    handlers: restoreHandlers(open, plan.restore, { report, verification: ELSEWHERE, silence, journal }),
    elsewhere: { kinds: new Set(Object.keys(ELSEWHERE)), functionArn: verifyFunctionOf(host), deployment },
  });
}

/** What reads all rows has a function of its own, with memory, disk and time for each step. */
const ELSEWHERE: Handlers<ReadingEffects> = {
  "scan-segment": notHere,
  "judge-parts": notHere,
  "remove-parts": notHere,
  "list-quiet": notHere,
  "scan-to-settle": notHere,
  "settle-parts": notHere,
};

async function notHere(): Promise<never> {
  throw new StillpointError("INTERNAL", "a step of the verification came to the function that only restores");
}

function verifyFunctionOf({ env }: AwsHost): string {
  const functionArn = env["STILLPOINT_VERIFY_FUNCTION"];
  if (functionArn !== undefined) return functionArn;
  throw new StillpointError(
    "CONFIG_INVALID",
    "the environment variable STILLPOINT_VERIFY_FUNCTION is not set; nothing was restored",
  );
}
