import { endRestore, failRestore } from "../../shared/deployment/begin-restore.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { endRequest } from "../../shared/deployment/restore-requests.ts";
import {
  announceRestore,
  announceResult,
  restoreTelemetry,
} from "../../shared/deployment/restore-telemetry.ts";
import { type Failure, fromFailure } from "../../shared/errors/stillpoint-error.ts";
import type { RestoreEvent, RunResult } from "../../shared/restore/restore-plan.ts";
import type { Effect } from "../../shared/workflow/effect.ts";
import type { Journal } from "../../shared/workflow/journal.ts";
import type { DurableEnd } from "../../shared/workflow/run-durable.ts";
import type { Host } from "../host.ts";
import type { Known } from "./plan-once.ts";

/** A run that is carried out, on whatever engine. */
export interface Carrying {
  readonly host: Host;
  readonly open: OpenDeployment;
  readonly planned: Known;
}

/** What no step has told any more, and what the engine was asked for. */
export function tellRest(
  { host, planned }: Carrying,
  { untold, operations }: Pick<DurableEnd<RunResult>, "untold" | "operations">,
): void {
  const report = restoreTelemetry(host.telemetry, planned);
  for (const { event } of untold as readonly (Effect & { readonly event: RestoreEvent })[]) report(event);
  host.telemetry.log("info", "durable operations", { run: planned.run, operations });
}

/** Writes down what came of it, and tells it. May be carried out twice, where its process dies in between. */
export async function succeed(
  { host, open, planned }: Carrying,
  result: RunResult,
  begunMs: number,
): Promise<void> {
  const { run, request } = planned;
  await endRestore(open, run, result);
  if (request !== undefined && !goesOn(planned, result)) await endRequest(open, request, { state: "done" });
  const tookMs = open.clock.wallMs() - begunMs;
  await announceResult(host.telemetry, planned, { result, tookMs });
}

/** A request has asked for a restore: the next attempt plans that of the point that was found. */
export function goesOn({ request }: Known, { kind }: RunResult): boolean {
  return kind === "search" && request !== undefined;
}

/** As `succeed`, of a run that can be resumed, or that has ended since no second was quiet. */
export async function fail(
  { host, open, planned }: Carrying,
  journal: Journal,
  failure: Failure,
): Promise<void> {
  const { run, request } = planned;
  await failRestore(open, run, journal, fromFailure(failure));
  // The run has not failed: somebody else has taken it over, and tells what comes of it.
  if (failure.code === "CATALOG_CONFLICT") {
    host.telemetry.log("warn", failure.message, { run });
    return;
  }
  if (failure.code === "NO_QUIET_SECOND" && request !== undefined)
    await endRequest(open, request, { state: "refused", failure });
  await announceRestore(host.telemetry, planned, { kind: "restore.failed", ...failure });
}
