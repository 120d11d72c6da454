import { hostname } from "node:os";
import type { BackupResult } from "../../shared/backup/backup-result.ts";
import { backupFailure } from "../../shared/deployment/backup-failure.ts";
import { refuseRequest, settleRequest, takeOver } from "../../shared/deployment/backup-request.ts";
import { announceBackup } from "../../shared/deployment/backup-telemetry.ts";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { Telemetry } from "../../shared/telemetry/telemetry.ts";
import type { Shell } from "./shell.ts";

/** A name of a record, and so of a file or a key of the catalog. */
const RUN = /^[a-z0-9](?:[A-Za-z0-9-]{0,126}[A-Za-z0-9])?$/;

/**
 * Takes a backup that was asked for by a name: once, whoever else may try. What comes of it is written into the
 * request, and told where this is a task of somebody's functions. Without a name it is just taken.
 */
export async function asAsked(
  { task }: Shell,
  open: OpenDeployment,
  run: string | undefined,
  take: () => Promise<BackupResult>,
): Promise<BackupResult> {
  if (run === undefined) return take();
  const asked = { run, telemetry: task?.telemetry ?? UNTOLD };
  await takeOver(open, run, task?.name ?? hostname());
  let result: BackupResult;
  try {
    result = await take();
  } catch (error) {
    await refuseRequest(open, asked, error);
    throw error;
  }
  const deployment = open.settings.name;
  const failure = backupFailure(deployment, result);
  await settleRequest(open, asked, { state: "done", ...(failure && { failure }) });
  await announceBackup(asked.telemetry, { deployment, run }, result);
  return result;
}

export function checkRun(run: string | undefined): void {
  if (run === undefined || RUN.test(run)) return;
  throw new StillpointError(
    "USAGE",
    `--as must be up to 128 letters, digits and hyphens, such as "backup-payments-20261121T180000Z" (it is "${run}"); nothing was done`,
  );
}

/** A person at a keyboard sees it all. */
const UNTOLD: Telemetry = {
  log: () => {},
  measure: () => {},
  measureAll: () => {},
  announce: async () => {},
};
