import * as z from "zod";
import { stamp } from "../../shared/backup/pause-record.ts";
import { jdbcsOf } from "../../shared/config/databases-of.ts";
import { deploymentNamed } from "../../shared/config/load-config.ts";
import { type Carriers, handOverBackup } from "../../shared/deployment/hand-over-backup.ts";
import { withDeployment } from "../../shared/deployment/open-deployment.ts";
import { newRun } from "../../shared/deployment/take-backup.ts";
import { takeUnattendedBackup } from "../../shared/deployment/unattended-backup.ts";
import { hasDumpFunction, startDump } from "../aws/executions.ts";
import type { AwsHost } from "../aws/host.ts";
import { plainHandler } from "../aws/plain-handler.ts";
import { hasTask, startTask } from "../aws/tasks.ts";
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
  const asked = { run, ...(scheduledMs !== undefined && { scheduledMs }), telemetry: host.telemetry };
  return withDeployment(host, settings, async (open) => {
    if (jdbcsOf(settings).length > 0) return handOverBackup(open, asked, carriersOf(host, deployment));
    const end = await takeUnattendedBackup(open, {
      ...asked,
      leftMs: () => invocation.getRemainingTimeInMillis(),
      takenFrom: host.network,
    });
    return end.kind === "duplicate" ? end : backupJson(deployment, end.result);
  });
});

/** What pauses has to be where the dumps are taken, so they take the backup as a whole. */
function carriersOf(host: AwsHost, deployment: string): Carriers {
  return {
    there: { function: hasDumpFunction(host), task: hasTask(host) },
    start: (place, run) =>
      place === "function"
        ? startDump(host, { deployment, run })
        : startTask(host, run, ["backup", deployment, "--as", run, "--require-sweep"]),
  };
}
