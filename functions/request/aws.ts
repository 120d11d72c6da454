import * as z from "zod";
import { deploymentNamed } from "../../shared/config/load-config.ts";
import { approveRestore } from "../../shared/deployment/approve-restore.ts";
import { takeRestoreRequest } from "../../shared/deployment/restore-requests.ts";
import { takeAttempt } from "../../shared/deployment/take-attempt.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { RestoreApproval, RestoreRequest, RestoreResumption } from "../../shared/restore/restore-request.ts";
import { REQUESTS } from "../../shared/telemetry/event-types.ts";
import { executionName } from "../../shared/workflow/durable-attempt.ts";
import { startRestore, wakeExecution } from "../aws/executions.ts";
import type { AwsHost } from "../aws/host.ts";
import { plainHandler } from "../aws/plain-handler.ts";
import { logger } from "../aws/telemetry.ts";

/** An event on the bus; or the same two fields, by hand. */
const about = <T extends string, D extends z.ZodType>(type: T, detail: D) =>
  z.looseObject({
    "detail-type": z.literal(type),
    detail,
    id: z.string().optional(),
    "replay-name": z.string().optional(),
  });
const Asked = z.discriminatedUnion("detail-type", [
  about(REQUESTS.requested, RestoreRequest),
  about(REQUESTS.approved, RestoreApproval),
  about(REQUESTS.resumed, RestoreResumption),
]);

const BY_HAND = "an invocation by hand";

/** Takes requests, approvals and resumptions down, and starts or wakes the durable execution that they are for. */
export const handler = plainHandler(Asked, async (host, event) => {
  if (event["replay-name"] !== undefined)
    throw new StillpointError(
      "REQUEST_INVALID",
      `event "${event.id ?? BY_HAND}" is of replay "${event["replay-name"]}": what was asked for in the past is not done again; nothing was done`,
    );
  switch (event["detail-type"]) {
    case REQUESTS.requested:
      return requested(host, event.detail);
    case REQUESTS.approved:
      return approved(host, event.detail, `event ${event.id ?? BY_HAND}`);
    case REQUESTS.resumed:
      return resumed(host, event.detail.run, event.id);
    default:
      return event satisfies never;
  }
});

async function requested(host: AwsHost, asked: RestoreRequest) {
  deploymentNamed(host.config, asked.deployment);
  const { kind, request } = await takeRestoreRequest(host.catalog, asked, Date.now());
  logger.setCorrelationId(request.id);
  if (kind === "duplicate") {
    host.telemetry.log("warn", "this restore was asked for before; nothing was done", { request });
    return { kind, request: request.id, run: request.run };
  }
  await startRestore(host, executionName(request.id, 1), { request: request.id, attempt: 1 });
  return { kind: "started", request: request.id };
}

async function approved(host: AwsHost, { run: id, digest }: RestoreApproval, by: string) {
  const { catalog, config } = host;
  const settings = deploymentNamed(config, (await catalog.runs.get(id)).record.deployment);
  const run = await approveRestore(catalog, settings, { run: id, digest, by, nowMs: Date.now() });
  logger.setCorrelationId(run.request ?? id);
  if (run.execution?.callback !== undefined) await wakeExecution(host.aws.region, run.execution.callback);
  return { kind: "approved", run: id };
}

async function resumed(host: AwsHost, id: string, event: string | undefined) {
  const { record: run } = await host.catalog.runs.get(id);
  deploymentNamed(host.config, run.deployment);
  logger.setCorrelationId(run.request ?? id);
  const { name, attempt } = await takeAttempt(host.catalog, id, event);
  await startRestore(host, name, { run: id, attempt });
  return { kind: "started", run: id, attempt };
}
