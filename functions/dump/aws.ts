import * as z from "zod";
import { deploymentNamed } from "../../shared/config/load-config.ts";
import { withDeployment } from "../../shared/deployment/open-deployment.ts";
import { takeUnattendedBackup } from "../../shared/deployment/unattended-backup.ts";
import { plainHandler } from "../aws/plain-handler.ts";
import { logger } from "../aws/telemetry.ts";
import { backupJson } from "../cli/json/backup.ts";
import { handedInConfig } from "../handed-in-config.ts";

// An image knows no configuration: it is named in there by its digest. Read before the first invocation opens it.
const config = handedInConfig(process.env);
if (config !== undefined) process.env["STILLPOINT_CONFIG"] = config;

/** From the function `backup`, which has taken the request down. */
const DumpAsked = z.strictObject({ deployment: z.string(), run: z.string() });

/** Takes a backup by dumps, where they are over within the time of a function: it runs an image with their tools. */
export const handler = plainHandler(DumpAsked, async (host, { deployment, run }, invocation) => {
  logger.setCorrelationId(run);
  const settings = deploymentNamed(host.config, deployment);
  const end = await withDeployment(host, settings, (open) =>
    takeUnattendedBackup(open, {
      run,
      carriedBy: `invocation ${invocation.awsRequestId} of ${invocation.functionName}`,
      leftMs: () => invocation.getRemainingTimeInMillis(),
      takenFrom: host.network,
      telemetry: host.telemetry,
    }),
  );
  return end.kind === "duplicate" ? end : backupJson(deployment, end.result);
});
