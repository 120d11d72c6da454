import type { Run } from "../../shared/catalog/model.ts";
import { isApproved } from "../../shared/deployment/begin-restore.ts";
import { endRequest } from "../../shared/deployment/restore-requests.ts";
import { announceRestore } from "../../shared/deployment/restore-telemetry.ts";
import { abandonPlan, plannedRun } from "../../shared/deployment/run-record.ts";
import { atWork } from "../../shared/deployment/take-attempt.ts";
import type { Failure } from "../../shared/errors/stillpoint-error.ts";
import type { Carrying } from "./outcome.ts";

/** An approval from a command line cannot wake an orchestration on Azure, so it looks for one so often. */
export const LOOK_EVERY_MS = 10 * 60_000;

/** How long it is waited for, and whether somebody has given it before there was anything to wake. */
export interface Asked {
  readonly approved: boolean;
  readonly untilMs: number;
}

/** Asks for the approval of a plan. */
export async function askForApproval(
  { host, open, planned }: Carrying,
  { attempt, callback }: { readonly attempt: number; readonly callback: string },
): Promise<Asked> {
  const { approvalWithinMs } = open.settings;
  await open.catalog.runs.update(planned.run, (found) => atWork(found, { attempt, callback }));
  const run = await plannedRun(open, planned.run);
  const untilMs = run.updatedMs + approvalWithinMs;
  await announceRestore(host.telemetry, planned, {
    kind: "restore.waiting",
    digest: run.plan.digest,
    until: new Date(untilMs).toISOString(),
    consequences: run.plan.text.consequences,
  });
  return { approved: isApproved(run, approvalWithinMs, open.clock.wallMs()), untilMs };
}

/** Whether there is nothing to wait for any more. */
export async function isDecided({ open, planned }: Carrying, attempt: number): Promise<boolean> {
  const run = await plannedRun(open, planned.run);
  return hasGoneOn(run, attempt) || isApproved(run, open.settings.approvalWithinMs, open.clock.wallMs());
}

/**
 * What stands against going on once the waiting is over: nothing where the plan is approved. Where nobody did in time
 * the run has ended, and nothing was ever made.
 */
export async function whatStandsAgainst(carrying: Carrying, attempt: number): Promise<Failure | undefined> {
  const { open, planned } = carrying;
  const run = await plannedRun(open, planned.run);
  if (hasGoneOn(run, attempt)) return leaveToOthers(carrying, run);
  if (isApproved(run, open.settings.approvalWithinMs, open.clock.wallMs())) return undefined;
  return giveUp(carrying);
}

/** Begun from a command line meanwhile, or resumed by a later execution, which waits or has waited itself. */
function hasGoneOn({ state, execution }: Run, attempt: number): boolean {
  const isBegun = state !== "planned" && state !== "abandoned";
  return isBegun || (execution?.attempt ?? 0) > attempt;
}

/** The run has not failed: whoever goes on with it tells what comes of it. */
function leaveToOthers({ host, planned }: Carrying, { state }: Run): Failure {
  const { run } = planned;
  const message = `somebody else has gone on with run "${run}", which is ${state} by now; this execution did nothing`;
  host.telemetry.log("warn", message, { run });
  return { code: "CATALOG_CONFLICT", message };
}

async function giveUp({ host, open, planned }: Carrying): Promise<Failure> {
  const { run, request } = planned;
  const message = `nobody approved run "${run}" in time; it has ended, and nothing was touched`;
  const failure: Failure = { code: "NOT_APPROVED", message };
  await abandonPlan(open, run);
  if (request !== undefined) await endRequest(open, request, { state: "refused", failure });
  await announceRestore(host.telemetry, planned, { kind: "restore.failed", ...failure });
  return failure;
}
