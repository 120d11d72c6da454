import { hostname } from "node:os";
import { laterOf } from "../backup/own-clock.ts";
import { withMark } from "../backup/pause-record.ts";
import { openAndSettle, type SweepEffects, type Swept, sweep } from "../backup/sweep.ts";
import { withLook } from "../backup/sweep-look.ts";
import type { PauseRecord } from "../catalog/model.ts";
import { messageOf, StillpointError } from "../errors/stillpoint-error.ts";
import { distinctInstances, type GateAnswer } from "../pause/instance.ts";
import { doing, type Handlers } from "../workflow/effect.ts";
import { runInProcess } from "../workflow/run-in-process.ts";
import { gateHandlers } from "./gate-handlers.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { within } from "./within.ts";

/** Gates are shut meanwhile; a process that was frozen in the middle of a write holds the catalog for much longer. */
const MARK_LIMIT_MS = 1_000;

/** One sweep over the open pauses of a deployment. */
export function sweepPauses(open: OpenDeployment): Promise<readonly Swept[]> {
  const by = `sweep of ${hostname()} (process ${process.pid})`;
  return runInProcess<SweepEffects, readonly Swept[]>(sweep(by), { handlers: sweepHandlers(open) });
}

export interface Unpaused {
  /** What every instance said before anything was sent. */
  readonly found: readonly GateAnswer[];
  /** What every instance says now. */
  readonly now: readonly GateAnswer[];
  /** Records that were open, and what became of them. */
  readonly records: readonly Swept[];
  /** What stood in the way of looking everywhere: instances may be missing above. */
  readonly problems: readonly string[];
}

/**
 * The operator's own word: opens every gate that is closed, whoever closed it, after marking every open record,
 * so that no backup can call its window valid. In need: what cannot be read or discovered does not keep the gates
 * closed that are known.
 */
export async function unpauseAll(open: OpenDeployment): Promise<Unpaused> {
  const { admin, settings } = open;
  const deadlineMs = settings.pause.rpcDeadlineMs;
  const problems: string[] = [];
  const before = await orNone(problems, () => openRecords(open));
  const discovered = await orNone(problems, async () => (await open.discoverAll()).instances);
  const everyone = distinctInstances([...discovered, ...before.flatMap(({ instances }) => instances)]);
  if (everyone.length === 0 && problems.length > 0) throw unknown(settings.name, problems);
  const found = await admin.checkPaused(everyone, { deadlineMs });
  const records = await settleAll(open, before);
  const shut = found
    .filter(({ kind }) => kind === "closed" || kind === "no-answer")
    .map(({ instance }) => instance);
  await admin.unpause(shut, { deadlineMs });
  return { found, now: await admin.checkPaused(everyone, { deadlineMs }), records, problems };
}

async function orNone<T>(problems: string[], look: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await look();
  } catch (error) {
    problems.push(messageOf(error));
    return [];
  }
}

function unknown(deployment: string, problems: readonly string[]): StillpointError {
  return new StillpointError(
    "INSTANCES_NOT_FOUND",
    `no instance of "${deployment}" is known: ${problems.join("; ")}; nothing was unpaused`,
  );
}

async function settleAll(open: OpenDeployment, records: readonly PauseRecord[]): Promise<readonly Swept[]> {
  const handlers = sweepHandlers(open);
  const swept: Swept[] = [];
  for (const record of records) {
    const settling = runInProcess<SweepEffects, Swept>(openAndSettle(record, "stillpoint unpause"), {
      handlers,
    });
    swept.push(await settling.catch((error: unknown) => failed(record, error)));
  }
  return swept;
}

function failed({ id: pause, deployment }: PauseRecord, error: unknown): Swept {
  return { kind: "failed", pause, deployment, message: messageOf(error) };
}

async function openRecords({ catalog, settings }: OpenDeployment): Promise<readonly PauseRecord[]> {
  const { records } = await catalog.pauses.open();
  return records.filter(({ deployment }) => deployment === settings.name);
}

function sweepHandlers(open: OpenDeployment): Handlers<SweepEffects> {
  const { catalog } = open;
  return {
    ...gateHandlers(open),
    whereabouts: ({ instances }) => open.whereabouts(instances),
    "open-pauses": () => openRecords(open),
    "mark-pause": async ({ pause, by }) => {
      const marking = catalog.pauses.update(pause, (found) => withMark(found, by));
      return (await within(MARK_LIMIT_MS, `take the mark on "${pause}"`, marking)).record;
    },
    "settle-pause": doing(async ({ pause, look }) => {
      const { record } = await catalog.pauses.update(pause, (found) => withLook(found, look));
      await releaseOverdue(open, record);
    }),
  };
}

/** A backup that is overdue and has nothing paused any more is dead: the next one need not wait for its lease. */
async function releaseOverdue(
  { catalog, clock }: OpenDeployment,
  { state, run, deployment, deadlineMs }: PauseRecord,
): Promise<void> {
  if (state === "closed" && run !== undefined && laterOf(clock.read()) > deadlineMs)
    await catalog.releaseLease(deployment, run);
}
