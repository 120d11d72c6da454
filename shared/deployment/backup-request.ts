import { SCHEMA } from "../catalog/model.ts";
import { codeOf, type Failure, StillpointError, toFailure } from "../errors/stillpoint-error.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { OpenDeployment } from "./open-deployment.ts";

/** A backup that somebody has asked for by a name. */
export interface RequestedBackup {
  /** The backup's run, and the correlation id of all that it tells. The same asked twice is one backup. */
  readonly run: string;
  /** When the schedule wanted it; absent where a person asks. */
  readonly scheduledMs?: number;
  readonly telemetry: Telemetry;
}

/** Clocks may disagree, and schedulers call within the minute. */
const EARLY_MS = 60_000;

/** Takes the request down, before anything else: what is asked for a second time finds it. */
export async function takeRequest(
  { catalog, clock, settings }: OpenDeployment,
  { run, scheduledMs, carriedBy }: Omit<RequestedBackup, "telemetry"> & { readonly carriedBy?: string },
): Promise<boolean> {
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
      ...(carriedBy !== undefined && { carriedBy }),
    });
    return true;
  } catch (error) {
    if (codeOf(error) === "CATALOG_CONFLICT") return false;
    throw error;
  }
}

/**
 * Takes a request over that a function has taken down for whoever has the tools, or takes a new one down. What was
 * asked for is carried out by one process only, and never again.
 */
export async function takeOver(open: OpenDeployment, run: string, carriedBy: string): Promise<void> {
  if (await takeRequest(open, { run, carriedBy })) return;
  const { name } = open.settings;
  await open.catalog.requests.update(run, (found) => {
    const refused = (why: string) =>
      new StillpointError("CATALOG_CONFLICT", `backup "${run}" of "${name}" ${why}; nothing was done`);
    if (found.kind !== "backup" || found.deployment !== name)
      throw refused(`was asked for as a ${found.kind} of "${found.deployment}"`);
    if (found.state !== "taken") throw refused(`has ended before: it is ${found.state}`);
    if (found.carriedBy !== undefined) throw refused(`is carried out by "${found.carriedBy}"`);
    return { ...found, carriedBy };
  });
}

/** It would be taken for the one of that time, which then would not be taken at all. */
export function refuseEarly(
  { settings, clock }: OpenDeployment,
  { scheduledMs }: { readonly scheduledMs?: number },
): void {
  if (scheduledMs === undefined || scheduledMs <= clock.wallMs() + EARLY_MS) return;
  throw new StillpointError(
    "REQUEST_INVALID",
    `the backup of "${settings.name}" is due at ${new Date(scheduledMs).toISOString()} only; leave the time out to take one now; nothing was paused`,
  );
}

/** Schedulers and asynchronous calls are tried again for hours, and a pause at noon is an outage. */
export function refuseLate(
  { settings, clock }: OpenDeployment,
  { scheduledMs }: { readonly scheduledMs?: number },
): void {
  if (scheduledMs === undefined) return;
  const lateMs = clock.wallMs() - scheduledMs;
  const mostMs = settings.schedule?.lateAfterMs ?? 0;
  if (lateMs <= mostMs) return;
  throw new StillpointError(
    "BACKUP_LATE",
    `the backup of "${settings.name}" was due at ${new Date(scheduledMs).toISOString()} and is called ${seconds(lateMs)} s later, where ${seconds(mostMs)} s are allowed; nothing was paused`,
  );
}

/** Writes down and tells that nothing came of it. */
export async function refuseRequest(
  open: OpenDeployment,
  asked: RequestedBackup,
  error: unknown,
): Promise<void> {
  const { telemetry, run } = asked;
  const deployment = open.settings.name;
  const failure = toFailure(error);
  telemetry.measure("BackupRefused", 1, deployment);
  await settleRequest(open, asked, { state: "refused", failure });
  await telemetry.announce({ kind: "backup.refused", deployment, run, ...failure });
}

/** What is in no catalog is told all the same. */
export async function settleRequest(
  { catalog }: OpenDeployment,
  { run, telemetry }: RequestedBackup,
  end: { readonly state: "refused" | "done"; readonly failure?: Failure },
): Promise<void> {
  await catalog.requests
    .update(run, (found) => ({ ...found, ...end }))
    .catch((error: Error) =>
      telemetry.log("error", "the end of a request was not recorded", { run, why: error.message }),
    );
}

export function seconds(ms: number): string {
  return (ms / 1000).toFixed(0);
}
