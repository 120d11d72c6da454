import { app, type Timer } from "@azure/functions";
import { stamp } from "../../shared/backup/pause-record.ts";
import type { Deployment, Schedule } from "../../shared/config/config.ts";
import { jdbcsOf } from "../../shared/config/databases-of.ts";
import { scheduleName } from "../../shared/config/schedule-name.ts";
import { lastDue } from "../../shared/config/schedule-time.ts";
import { type Carriers, handOverBackup } from "../../shared/deployment/hand-over-backup.ts";
import { withDeployment } from "../../shared/deployment/open-deployment.ts";
import { takeUnattendedBackup } from "../../shared/deployment/unattended-backup.ts";
import { logLine } from "../../shared/telemetry/log-line.ts";
import { type AzureHost, azureConfig } from "../azure/host.ts";
import { writeLine } from "../azure/invocation.ts";
import { startJob } from "../azure/jobs.ts";
import { plainTimer } from "../azure/plain-timer.ts";
import { leftFromNow } from "../azure/time-limit.ts";
import { lastFired, timerExpression } from "../azure/timer-expression.ts";

type Scheduled = Deployment & { readonly schedule: Schedule };

/** A timer for each deployment that has a schedule. The host never fires one twice at a time. */
export function registerBackups(): void {
  for (const deployment of azureConfig().deployments)
    if (deployment.schedule !== undefined) registerBackup({ ...deployment, schedule: deployment.schedule });
}

function registerBackup(deployment: Scheduled): void {
  app.timer(scheduleName(deployment.name), {
    schedule: timerExpression(deployment.schedule, Date.now()),
    useMonitor: true,
    handler: plainTimer((host, timer) => backUp(host, deployment, timer)),
  });
}

/** A timer that was missed, such as while the app was down, is fired when it is there again. */
const MISSED_MOST_MS = 26 * 3_600_000;
/** The host's clock may be ahead of ours: what is fired just before its minute is fired for it. */
const EARLY_MS = 30_000;

/** The due time that a timer was fired for; it may be long past by now. */
function dueTime(schedule: Schedule, nowMs: number, isPastDue: boolean): number | undefined {
  const latestMs = nowMs + EARLY_MS;
  if (isPastDue) return lastDue(schedule, latestMs, MISSED_MOST_MS);
  const firedMs = lastFired(schedule, latestMs);
  return firedMs === undefined ? undefined : lastDue(schedule, firedMs, 0);
}

async function backUp(host: AzureHost, deployment: Scheduled, { isPastDue }: Timer): Promise<void> {
  const { name, schedule } = deployment;
  const scheduledMs = dueTime(schedule, Date.now(), isPastDue);
  if (scheduledMs === undefined) {
    const local = `${schedule.cron} in ${schedule.timezone}`;
    writeLine(
      "info",
      logLine("info", "no backup is due at this hour", { deployment: name, local, isPastDue }),
    );
    return;
  }
  const leftMs = leftFromNow();
  const asked = {
    run: `backup-${name}-${stamp(scheduledMs)}`,
    scheduledMs,
    telemetry: host.telemetry,
  };
  await withDeployment<unknown>(host, deployment, (open) =>
    jdbcsOf(deployment).length > 0
      ? handOverBackup(open, asked, carriersOf(host, name))
      : takeUnattendedBackup(open, { ...asked, leftMs, takenFrom: host.network }),
  );
}

/** What pauses has to be where the dumps are taken, so the job takes the backup as a whole. */
function carriersOf({ azure }: AzureHost, deployment: string): Carriers {
  return {
    there: { function: false, task: azure.dumps !== undefined },
    start: (_, run) => startJob(azure, run, ["backup", deployment, "--as", run, "--require-sweep"]),
  };
}
