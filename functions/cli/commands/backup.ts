import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { BackupEvent } from "../../../shared/backup/event.ts";
import { isLiving } from "../../../shared/catalog/heartbeat.ts";
import { backupFailure } from "../../../shared/deployment/backup-failure.ts";
import { backupTelemetry } from "../../../shared/deployment/backup-telemetry.ts";
import { requireLivingSweep } from "../../../shared/deployment/living-sweep.ts";
import { checkCommand } from "../asked-command.ts";
import { asAsked, checkRun } from "../asked-run.ts";
import { type StartedGuard, startGuard } from "../guard-process.ts";
import { untilInterrupted } from "../interruption.ts";
import { BackupOutput, backupJson } from "../json/backup.ts";
import { aboutDeployment, deploymentOf, type Opened, openCatalog, withOpen } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { backupProgress, verdictLines } from "../show/backup.ts";
import { intendedLines } from "../show/command.ts";
import { guardLines } from "../show/sweeps.ts";
import { stopWhenUncaught } from "../uncaught.ts";

/** Its rounds are a second apart; what it still has to do after that is for the sweep. */
const GUARD_END_MS = 5_000;

export interface BackupOptions {
  readonly requireSweep?: boolean;
  /** The name that somebody has asked for it by. */
  readonly as?: string;
  /** Run inside the pause. */
  readonly run?: string;
}

/** `stillpoint backup [DEPLOYMENT]` */
export async function backup(
  shell: Shell,
  name: string | undefined,
  { requireSweep = false, as: run, run: command }: BackupOptions,
): Promise<Outcome> {
  checkRun(run);
  checkCommand(command);
  const opened = openCatalog(shell);
  const settings = deploymentOf(opened.config, name);
  const { takeBackup } = await import("../../../shared/deployment/take-backup.ts");
  shell.say(`backup of ${settings.name}`);
  for (const line of command === undefined ? [] : intendedLines(command, settings.pause)) shell.say(line);
  const watch = watchPause(shell);
  const elsewhere = { deployment: settings.name, host: hostname() };
  const sweepLives = () => requireLivingSweep(opened.catalog, Date.now(), elsewhere);
  let guard: StartedGuard | undefined;
  using interruption = untilInterrupted(shell, {
    stopping: "whatever is paused is unpaused first",
    mayBePaused: watch.mayBePaused,
  });
  using uncaught = stopWhenUncaught(shell, interruption, settings.pause.longestMs);
  const result = await withOpen(shell, opened, settings, (open) =>
    asAsked(shell, open, run, () =>
      takeBackup(open, {
        ...(run !== undefined && { run }),
        ...(command !== undefined && { command }),
        ...(shell.task && { takenFrom: shell.task.network }),
        signal: interruption.signal,
        report: telling(shell, settings.name, { run, report: watch.report }),
        mayPause: async () => (requireSweep ? sweepLives() : undefined),
        guard: async (of) => {
          if (requireSweep) await sweepLives();
          guard = await startTellingGuard(shell, opened, of);
        },
      }),
    ),
  )
    .catch((error: unknown) => {
      throw uncaught.reason(error);
    })
    .finally(() => guard && outlive(guard));
  const failure = backupFailure(settings.name, result, uncaught.message());
  return {
    schema: BackupOutput,
    value: backupJson(settings.name, result),
    lines: ["", ...verdictLines(settings.name, result)],
    ...(failure && { failure }),
    about: aboutDeployment(opened.config, settings),
  };
}

/** A task tells each event twice: for who reads its output, and as functions tell it. */
function telling(
  { task }: Shell,
  deployment: string,
  { run, report }: { readonly run: string | undefined; readonly report: (event: BackupEvent) => void },
): (event: BackupEvent) => void {
  if (task === undefined || run === undefined) return report;
  const tell = backupTelemetry(task.telemetry, { deployment, run });
  return (event) => {
    report(event);
    tell(event);
  };
}

async function startTellingGuard(shell: Shell, opened: Opened, run: string): Promise<StartedGuard> {
  const guard = await startGuard(shell, opened, run);
  const { records } = await opened.catalog.sweeps.list();
  const living = records.filter((one) => isLiving(one, Date.now()));
  for (const line of guardLines(guard.heartbeat, living)) shell.say(line);
  return guard;
}

/**
 * The first process of a container takes all others along. A guard that has nothing to do any more ends at once, and
 * is not to be mistaken for one that was lost.
 */
async function outlive({ ended }: StartedGuard): Promise<void> {
  if (process.pid !== 1) return;
  const limit = new AbortController();
  await Promise.race([ended, delay(GUARD_END_MS, undefined, { signal: limit.signal }).catch(() => {})]);
  limit.abort();
}

/** Tells the events as they come, and keeps in mind what may be paused at the moment. */
function watchPause(shell: Shell) {
  let instances: readonly string[] = [];
  let pausing = false;
  let captured = false;
  const report = (event: BackupEvent) => {
    if (event.kind === "discovered") instances = event.instances;
    if (event.kind === "pausing") pausing = true;
    if (event.kind === "unpaused" || event.kind === "pause-window") pausing = false;
    if (event.kind === "pause-window") shell.log(event);
    // The tables are looked at again after the hold, for the verdict only.
    if (event.kind === "captured" && captured) return;
    if (event.kind === "pausing") captured = true;
    for (const line of backupProgress(event)) shell.say(line);
  };
  return { report, mayBePaused: () => (pausing ? instances : []) };
}
