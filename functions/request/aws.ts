import * as z from "zod";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { RestoreApproval, RestoreRequest, RestoreResumption } from "../../shared/restore/restore-request.ts";
import { REQUESTS } from "../../shared/telemetry/event-types.ts";
import { startRestore, wakeExecution } from "../aws/executions.ts";
import type { AwsHost } from "../aws/host.ts";
import { plainHandler } from "../aws/plain-handler.ts";
import { logger } from "../aws/telemetry.ts";
import { approved, type Executions, requested, resumed } from "./take.ts";

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
  const executions = executionsOf(host);
  switch (event["detail-type"]) {
    case REQUESTS.requested:
      return requested(host, executions, event.detail);
    case REQUESTS.approved:
      return approved(host, executions, { ...event.detail, by: `event ${event.id ?? BY_HAND}` });
    case REQUESTS.resumed:
      return resumed(host, executions, event.detail.run, event.id);
    default:
      return event satisfies never;
  }
});

function executionsOf(host: AwsHost): Executions {
  return {
    start: (name, input) => startRestore(host, name, input),
    wake: (callback) => wakeExecution(host.aws.region, callback),
    correlate: (id) => logger.setCorrelationId(id),
  };
}
