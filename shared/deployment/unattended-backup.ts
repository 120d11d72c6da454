import type { BackupResult } from "../backup/backup-result.ts";
import { SCHEMA } from "../catalog/model.ts";
import { codeOf, fromFailure, StillpointError, toFailure } from "../errors/stillpoint-error.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { backupFailure } from "./backup-failure.ts";
import { announceBackup, backupTelemetry } from "./backup-telemetry.ts";
import { requireLivingSweep } from "./living-sweep.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { takeBackup } from "./take-backup.ts";

/** A backup that nobody watches, on a host that ends its process at a given time. */
export interface AskedBackup {
  /** The backup's run, and the correlation id of all that it tells. The same asked twice is one backup. */
  readonly run: string;
  /** When the schedule wanted it; absent where a person asks. */
  readonly scheduledMs?: number;
  /** How long the host lets this process live from now on. */
  readonly leftMs: () => number;
  /** The network of this host; a restore from the same one can tell a stopped instance from one out of its reach. */
  readonly takenFrom: string;
  readonly telemetry: Telemetry;
}

export type BackupEnd =
  | { readonly kind: "taken"; readonly result: BackupResult }
  /** Schedulers may call twice: the first call has it. */
  | { readonly kind: "duplicate"; readonly run: string };

/** Clocks may disagree, and schedulers call within the minute. */
const EARLY_MS = 60_000;
/** Discovery, captures and clock probes come before the first Pause; they rarely take half of it. */
const PREPARATION_MS = 60_000;
/** Writing down what came of it, where the catalog is slow. */
const CONCLUSION_MS = 15_000;

/**
 * Takes a backup unless it is late, a duplicate, without a living sweep, or would not be over before its host ends.
 * Whatever keeps it from being valid is thrown, after it was recorded and announced.
 */
export async function takeUnattendedBackup(open: OpenDeployment, asked: AskedBackup): Promise<BackupEnd> {
  const { telemetry, run } = asked;
  const { name: deployment } = open.settings;
  refuseEarly(open, asked);
  let result: BackupResult;
  try {
    if (!(await isFirst(open, asked))) {
      telemetry.log("warn", "this backup was asked for before; nothing was done", { deployment, run });
      return { kind: "duplicate", run };
    }
    refuseLate(open, asked);
    refuseShort(open, asked);
    result = await takeInTime(open, asked);
  } catch (error) {
    const failure = toFailure(error);
    telemetry.measure("BackupRefused", 1, deployment);
    await settle(open, asked, { state: "refused", failure });
    await telemetry.announce({ kind: "backup.refused", deployment, run, ...failure });
    throw error;
  }
  const failure = backupFailure(deployment, result);
  await settle(open, asked, { state: "done", ...(failure && { failure }) });
  await announceBackup(telemetry, { deployment, run }, result);
  if (failure) throw fromFailure(failure);
  return { kind: "taken", result };
}

/** Takes the request down, before anything else: what is asked for a second time finds it. */
async function isFirst(open: OpenDeployment, { run, scheduledMs }: AskedBackup): Promise<boolean> {
  const { catalog, clock, settings } = open;
  try {
    await catalog.requests.create({
      schema: SCHEMA,
      id: run,
      deployment: settings.name,
      kind: "backup",
      receivedMs: clock.wallMs(),
      ...(scheduledMs !== undefined && { scheduledMs }),
      state: "taken",
      run,
    });
    return true;
  } catch (error) {
    if (codeOf(error) === "CATALOG_CONFLICT") return false;
    throw error;
  }
}

/** It would be taken for the one of that time, which then would not be taken at all. */
function refuseEarly({ settings, clock }: OpenDeployment, { scheduledMs }: AskedBackup): void {
  if (scheduledMs === undefined || scheduledMs <= clock.wallMs() + EARLY_MS) return;
  throw new StillpointError(
    "REQUEST_INVALID",
    `the backup of "${settings.name}" is due at ${new Date(scheduledMs).toISOString()} only; leave the time out to take one now; nothing was paused`,
  );
}

/** Schedulers and asynchronous calls are tried again for hours, and a pause at noon is an outage. */
function refuseLate({ settings, clock }: OpenDeployment, { scheduledMs }: AskedBackup): void {
  if (scheduledMs === undefined) return;
  const lateMs = clock.wallMs() - scheduledMs;
  const mostMs = settings.schedule?.lateAfterMs ?? 0;
  if (lateMs <= mostMs) return;
  throw new StillpointError(
    "BACKUP_LATE",
    `the backup of "${settings.name}" was due at ${new Date(scheduledMs).toISOString()} and is called ${seconds(lateMs)} s later, where ${seconds(mostMs)} s are allowed; nothing was paused`,
  );
}

function refuseShort({ settings }: OpenDeployment, { leftMs }: AskedBackup): void {
  const neededMs = PREPARATION_MS + settings.pause.longestMs + CONCLUSION_MS;
  const left = leftMs();
  if (left >= neededMs) return;
  throw new StillpointError(
    "PREPARATION_TIMED_OUT",
    `the host ends this process in ${seconds(left)} s, and a backup of "${settings.name}" may take ${seconds(neededMs)} s; nothing was paused`,
  );
}

/** Interrupted in time to open every gate itself; the sweep is for what nobody foresaw. */
async function takeInTime(open: OpenDeployment, asked: AskedBackup): Promise<BackupResult> {
  const { telemetry, run, leftMs, takenFrom } = asked;
  const { catalog, clock, settings } = open;
  const interruption = new AbortController();
  const reserveMs = 3 * settings.pause.rpcDeadlineMs + CONCLUSION_MS;
  const timer = setTimeout(() => interruption.abort(), Math.max(0, leftMs() - reserveMs));
  const sweepLives = () => requireLivingSweep(catalog, clock.wallMs(), { deployment: settings.name });
  try {
    return await takeBackup(open, {
      run,
      takenFrom,
      signal: interruption.signal,
      report: backupTelemetry(telemetry, { deployment: settings.name, run }),
      guard: sweepLives,
      mayPause: sweepLives,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** What is in no catalog is told all the same. */
async function settle(
  { catalog }: OpenDeployment,
  { run, telemetry }: AskedBackup,
  end: { readonly state: "refused" | "done"; readonly failure?: ReturnType<typeof toFailure> },
): Promise<void> {
  await catalog.requests
    .update(run, (found) => ({ ...found, ...end }))
    .catch((error: Error) =>
      telemetry.log("error", "the end of a request was not recorded", { run, why: error.message }),
    );
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(0);
}
