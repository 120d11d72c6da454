import * as z from "zod";
import type { Run } from "../../shared/catalog/model.ts";
import { deploymentNamed } from "../../shared/config/load-config.ts";
import { approveRestore } from "../../shared/deployment/approve-restore.ts";
import { takeRestoreRequest } from "../../shared/deployment/restore-requests.ts";
import { takeAttempt } from "../../shared/deployment/take-attempt.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { RestoreApproval, RestoreRequest, RestoreResumption } from "../../shared/restore/restore-request.ts";
import { REQUESTS } from "../../shared/telemetry/event-types.ts";
import { executionName } from "../../shared/workflow/durable-attempt.ts";
import { executionsIn } from "../aws/executions.ts";
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
  await start(host, executionName(request.id, 1), { request: request.id, attempt: 1 });
  return { kind: "started", request: request.id };
}

async function approved(host: AwsHost, { run: id, digest }: RestoreApproval, by: string) {
  const { catalog, config } = host;
  const settings = deploymentNamed(config, (await catalog.runs.get(id)).record.deployment);
  const run = await approveRestore(catalog, settings, { run: id, digest, by, nowMs: Date.now() });
  logger.setCorrelationId(run.request ?? id);
  await wake(host, run);
  return { kind: "approved", run: id };
}

async function resumed(host: AwsHost, id: string, event: string | undefined) {
  const { record: run } = await host.catalog.runs.get(id);
  deploymentNamed(host.config, run.deployment);
  logger.setCorrelationId(run.request ?? id);
  const { name, attempt } = await takeAttempt(host.catalog, id, event);
  await start(host, name, { run: id, attempt });
  return { kind: "started", run: id, attempt };
}

async function wake({ aws }: AwsHost, { execution }: Run): Promise<void> {
  if (execution?.callback === undefined) return;
  const executions = executionsIn(aws.region);
  await executions.wake(execution.callback).finally(() => executions.close());
}

async function start({ aws, env }: AwsHost, name: string, payload: object): Promise<void> {
  const functionArn = env["STILLPOINT_RESTORE_FUNCTION"];
  if (functionArn === undefined)
    throw new StillpointError(
      "CONFIG_INVALID",
      "the environment variable STILLPOINT_RESTORE_FUNCTION is not set; nothing was started",
    );
  const executions = executionsIn(aws.region);
  await executions.start(functionArn, name, payload).finally(() => executions.close());
}
