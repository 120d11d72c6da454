import { randomBytes } from "node:crypto";
import { backup } from "../backup/backup.ts";
import type { BackupInput } from "../backup/backup-input.ts";
import type { BackupResult } from "../backup/backup-result.ts";
import type { BackupEffects } from "../backup/effects.ts";
import type { BackupEvent } from "../backup/event.ts";
import { stamp, unsettledPauses, withEnd } from "../backup/pause-record.ts";
import type { PauseRecord } from "../catalog/model.ts";
import type { Deployment } from "../config/config.ts";
import { leavesSomething } from "../config/databases-of.ts";
import { quoted } from "../errors/quoted.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { doing, type Handlers } from "../workflow/effect.ts";
import { runInProcess } from "../workflow/run-in-process.ts";
import { observeSnapshot } from "./cassandra/observe-snapshot.ts";
import { takeSnapshots } from "./cassandra/take-snapshots.ts";
import { gateHandlers } from "./gate-handlers.ts";
import { Dumps } from "./jdbc/dumps.ts";
import { CARRIED_MS } from "./jdbc/keep-alive.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { runCommand } from "./run-command.ts";

export interface Taking {
  /** Where whoever asked has given it a name. */
  readonly run?: string;
  /** The network that the instances are reached from, kept with the point. */
  readonly takenFrom?: string;
  readonly signal?: AbortSignal;
  /** Run inside the window, by the shell. */
  readonly command?: string;
  readonly report: (event: BackupEvent) => void;
  /** Begins once the lease is held; nothing is paused before it has resolved. */
  readonly guard?: (run: string) => Promise<void>;
  /** Asked when all is prepared, which may take a minute or two. */
  readonly mayPause?: () => Promise<void>;
}

/** Takes one backup in this process, without a journal: it is short, and the sweep looks after what it leaves. */
export async function takeBackup(open: OpenDeployment, taking: Taking): Promise<BackupResult> {
  const { name, databases, pause } = open.settings;
  const { signal, run = newRun(name, open.clock.wallMs()) } = taking;
  const dumps = new Dumps(open, taking.report);
  const input: BackupInput = {
    deployment: name,
    run,
    basis: basisOf(open.settings, taking.command),
    databases: databases
      .filter(leavesSomething)
      .map((database) => ({ name: database.name, kind: database.kind })),
    ...(taking.command !== undefined && { command: taking.command }),
    pause,
  };
  try {
    return await runInProcess<BackupEffects, BackupResult>(backup(input), {
      handlers: backupHandlers(open, taking, { dumps, basis: input.basis }),
      ...(signal && { signal }),
    });
  } finally {
    await dumps.drop();
  }
}

/** Everything in one database that is dumped in one transaction: nobody has to be paused, but for a command. */
function basisOf({ name, databases }: Deployment, command: string | undefined): BackupInput["basis"] {
  const [first] = databases;
  if (first?.kind === "cassandra" && first.cassy?.mode === "cassy") {
    if (command === undefined) return "observed";
    throw new StillpointError(
      "USAGE",
      `Cassy pauses the instances of "${name}" by itself (mode: cassy), so that there is no window to run a command in; nothing was paused`,
    );
  }
  if (command !== undefined) return "window";
  if (!databases.some(leavesSomething))
    throw new StillpointError(
      "NOT_PROTECTED",
      `${lackText(name, databases)}, or give a command that takes it with --run; nothing was paused`,
    );
  refuseHalf(name, databases);
  return databases.length === 1 && first?.kind === "jdbc" ? "snapshot" : "window";
}

function lackText(deployment: string, [first]: Deployment["databases"]): string {
  return first === undefined
    ? `the configuration names nothing that a backup of "${deployment}" would leave: name its databases`
    : `the configuration names nobody who takes a snapshot of database "${first.name}" of "${deployment}": name its Cassy (cassy)`;
}

/** A point that looks like any other, and brings back one half of what its transactions have written to both. */
function refuseHalf(name: string, databases: Deployment["databases"]): void {
  const left = databases.filter((database) => !leavesSomething(database));
  if (left.length === 0) return;
  throw new StillpointError(
    "NOT_PROTECTED",
    `a backup of "${name}" would leave nothing of database ${quoted(left.map((database) => database.name))}, and a restore of the others alone: its transactions would be cut in half. Name its Cassy in the configuration, or give a command that backs it up with --run; nothing was paused`,
  );
}

/** Names a backup that nobody else has given a name. */
export function newRun(deployment: string, nowMs: number): string {
  return `backup-${deployment}-${stamp(nowMs)}-${randomBytes(2).toString("hex")}`;
}

function backupHandlers(
  open: OpenDeployment,
  { report, guard, mayPause, takenFrom }: Taking,
  { dumps, basis }: { readonly dumps: Dumps; readonly basis: BackupInput["basis"] },
): Handlers<BackupEffects> {
  const { catalog, admin } = open;
  let guarded: Promise<void> | undefined;
  return {
    ...gateHandlers(open),
    "acquire-lease": doing(async ({ deployment, run, nowMs, untilMs }) => {
      await catalog.acquireLease(deployment, { kind: "backup", run }, Math.round(nowMs), untilMs);
      guarded = basis === "snapshot" ? undefined : guard?.(run);
      // Asked for before the first Pause; the backup may well have ended for another reason by then.
      guarded?.catch(() => {});
    }),
    "release-lease": doing(({ deployment, run }) => catalog.releaseLease(deployment, run)),
    discover: () => open.discoverPaused(),
    pause: async ({ instances, drainWaitMs, deadlineMs }, signal) => {
      const outcomes = await admin.pause(instances, { drainWaitMs, deadlineMs, signal });
      return { outcomes, interrupted: signal.aborted };
    },
    "probe-clock": ({ database, known, budgetMs }, signal) =>
      interruptibly(signal, () =>
        open.database(database).probeClock(open.clock.oursMs, { budgetMs, signal, ...(known && { known }) }),
      ),
    capture: async ({ database, again }) =>
      again
        ? { ...(await open.database(database).identify()), captured: null }
        : open.database(database).capture(),
    "open-pause": doing(async ({ record }) => {
      await guarded;
      await mayPause?.();
      await catalog.pauses.create(record);
    }),
    "is-pause-open": async ({ pause }) => (await catalog.pauses.get(pause)).record.state === "open",
    "unsettled-pauses": async (of) => unsettledPauses((await catalog.pauses.open()).records, of),
    "close-pause": ({ record }) => endPause(open, record),
    "record-verdict": doing(({ pause, verdict }) =>
      catalog.pauses.update(pause, (found) => ({ ...found, verdict })),
    ),
    "record-point": doing(({ point }) =>
      catalog.points.create({
        ...point,
        ...(takenFrom !== undefined && { takenFrom }),
        ...(dumps.areAtWork() && { carriedUntilMs: Math.round(open.clock.wallMs() + CARRIED_MS) }),
      }),
    ),
    "take-snapshots": (wish, signal) =>
      isOfCassandra(open) ? takeSnapshots(open, wish, signal) : dumps.take(wish, signal),
    "run-command": (wish, signal) => runCommand(wish, open, signal),
    "observe-snapshot": (wish, signal) => observeSnapshot(open, wish, signal),
    "drop-dumps": doing(() => dumps.drop()),
    "finish-dumps": ({ point }, signal) => dumps.finish(point, signal),
    report: async ({ event }) => {
      report(event);
      return null;
    },
  };
}

function isOfCassandra({ settings }: OpenDeployment): boolean {
  return settings.databases.some(({ kind }) => kind === "cassandra");
}

async function interruptibly<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new StillpointError("INTERRUPTED", "interrupted while the database's clock was measured");
  }
}

async function endPause({ catalog }: OpenDeployment, ended: PauseRecord): Promise<{ markedBy?: string }> {
  const { record } = await catalog.pauses.update(ended.id, (found) => withEnd(found, ended));
  return record === ended ? {} : { markedBy: record.markedBy ?? "a sweep" };
}
