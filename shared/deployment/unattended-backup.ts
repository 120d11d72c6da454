import type { BackupResult } from "../backup/backup-result.ts";
import { fromFailure, StillpointError } from "../errors/stillpoint-error.ts";
import { backupFailure } from "./backup-failure.ts";
import {
  type RequestedBackup,
  refuseEarly,
  refuseLate,
  refuseRequest,
  seconds,
  settleRequest,
  takeOver,
  takeRequest,
} from "./backup-request.ts";
import { announceBackup, backupTelemetry } from "./backup-telemetry.ts";
import { requireLivingSweep } from "./living-sweep.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { takeBackup } from "./take-backup.ts";

/** A backup that nobody watches, on a host that ends its process at a given time. */
export interface AskedBackup extends RequestedBackup {
  /** How long the host lets this process live from now on. */
  readonly leftMs: () => number;
  /** The network of this host; a restore from the same one can tell a stopped instance from one out of its reach. */
  readonly takenFrom: string;
  /** What this process is called, where another one has taken the request down for it. */
  readonly carriedBy?: string;
}

export type BackupEnd =
  | { readonly kind: "taken"; readonly result: BackupResult }
  /** Schedulers may call twice: the first call has it. */
  | { readonly kind: "duplicate"; readonly run: string };

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
  // Another one may carry it out already: then nothing of it is ours to write down.
  if (asked.carriedBy !== undefined) await takeOver(open, run, asked.carriedBy);
  let result: BackupResult;
  try {
    if (asked.carriedBy === undefined && !(await takeRequest(open, asked))) {
      telemetry.log("warn", "this backup was asked for before; nothing was done", { deployment, run });
      return { kind: "duplicate", run };
    }
    refuseLate(open, asked);
    refuseShort(open, asked);
    result = await takeInTime(open, asked);
  } catch (error) {
    await refuseRequest(open, asked, error);
    throw error;
  }
  const failure = backupFailure(deployment, result);
  await settleRequest(open, asked, { state: "done", ...(failure && { failure }) });
  await announceBackup(telemetry, { deployment, run }, result);
  if (failure) throw fromFailure(failure);
  return { kind: "taken", result };
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
