import * as z from "zod";
import { withDeployment } from "../../shared/deployment/open-deployment.ts";
import { statusOf } from "../../shared/deployment/status.ts";
import { statusOfAll } from "../../shared/deployment/status-of-all.ts";
import { measureStatus } from "../../shared/deployment/status-telemetry.ts";
import { plainHandler } from "../aws/plain-handler.ts";
import { StatusOutput, statusOfAllJson } from "../cli/json/gates.ts";

/** From its URL, from the schedule that measures for the alarms, or by hand. */
const StatusAsked = z.looseObject({
  look: z.literal(true).optional(),
  requestContext: z.looseObject({ http: z.looseObject({ method: z.string() }) }).optional(),
});

/** How all deployments stand, as `stillpoint status --json` says it. Changes nothing. */
export const handler = plainHandler(StatusAsked, async (host, { look, requestContext }) => {
  const { catalog, config, telemetry } = host;
  const status = await statusOfAll({ catalog, deployments: config.deployments }, (settings) =>
    withDeployment(host, settings, statusOf),
  );
  if (look) measureStatus(telemetry, config.deployments, status);
  const answer = StatusOutput.parse(statusOfAllJson(status, Date.now()));
  if (requestContext === undefined) return answer;
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(answer) };
});
