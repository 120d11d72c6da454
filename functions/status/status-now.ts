import { type OpenDeployment, withDeployment } from "../../shared/deployment/open-deployment.ts";
import { type DeploymentStatus, statusOf } from "../../shared/deployment/status.ts";
import { statusOfAll } from "../../shared/deployment/status-of-all.ts";
import { measureStatus } from "../../shared/deployment/status-telemetry.ts";
import { waysBack } from "../../shared/deployment/ways-back.ts";
import { StatusOutput, statusOfAllJson } from "../cli/json/gates.ts";
import type { Host } from "../host.ts";

/**
 * How all deployments stand, as `stillpoint status --json` says it. `look`: measured for the alarms, with nobody there
 * who reads what a disaster would cost.
 */
export async function statusNow(host: Host, { look = false }: { readonly look?: boolean } = {}) {
  const { catalog, config, telemetry } = host;
  const status = await statusOfAll({ catalog, deployments: config.deployments }, (settings) =>
    withDeployment(host, settings, look ? statusOf : statusWithWaysBack),
  );
  if (look) measureStatus(telemetry, config.deployments, status);
  return StatusOutput.parse(statusOfAllJson(status, Date.now()));
}

async function statusWithWaysBack(open: OpenDeployment): Promise<DeploymentStatus> {
  const status = await statusOf(open);
  return { ...status, waysBack: await waysBack(open, { lastPoint: status.lastPoint }) };
}
