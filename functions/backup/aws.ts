import * as z from "zod";
import { stamp } from "../../shared/backup/pause-record.ts";
import { deploymentNamed } from "../../shared/config/load-config.ts";
import { withDeployment } from "../../shared/deployment/open-deployment.ts";
import { newRun } from "../../shared/deployment/take-backup.ts";
import { takeUnattendedBackup } from "../../shared/deployment/unattended-backup.ts";
import { plainHandler } from "../aws/plain-handler.ts";
import { logger } from "../aws/telemetry.ts";
import { backupJson } from "../cli/json/backup.ts";

/** From a schedule, or by hand without a time. */
const BackupAsked = z.strictObject({
  deployment: z.string(),
  scheduledTime: z.iso.datetime({ offset: true }).optional(),
});

export const handler = plainHandler(BackupAsked, async (host, { deployment, scheduledTime }, invocation) => {
  const settings = deploymentNamed(host.config, deployment);
  const scheduledMs = scheduledTime === undefined ? undefined : Date.parse(scheduledTime);
  const run =
    scheduledMs === undefined ? newRun(deployment, Date.now()) : `backup-${deployment}-${stamp(scheduledMs)}`;
  logger.setCorrelationId(run);
  const end = await withDeployment(host, settings, (open) =>
    takeUnattendedBackup(open, {
      run,
      ...(scheduledMs !== undefined && { scheduledMs }),
      leftMs: () => invocation.getRemainingTimeInMillis(),
      takenFrom: host.network,
      telemetry: host.telemetry,
    }),
  );
  return end.kind === "duplicate" ? end : backupJson(deployment, end.result);
});
