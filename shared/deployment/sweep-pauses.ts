import { hostname } from "node:os";
import { openAndSettle, type SweepEffects, type Swept, sweep } from "../backup/sweep.ts";
import type { PauseRecord } from "../catalog/model.ts";
import { addressOf, type GateAnswer } from "../pause/instance.ts";
import type { Handlers } from "../workflow/effect.ts";
import { runInProcess } from "../workflow/run-in-process.ts";
import { gateHandlers } from "./gate-handlers.ts";
import type { OpenDeployment } from "./open-deployment.ts";

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
}

/**
 * The operator's own word: opens every gate that is closed, whoever closed it, after marking every open record,
 * so that no backup can call its window valid.
 */
export async function unpauseAll(open: OpenDeployment): Promise<Unpaused> {
  const { admin, settings } = open;
  const deadlineMs = settings.pause.rpcDeadlineMs;
  const before = await openRecords(open);
  const { instances } = await open.discoverAll();
  const everyone = [...instances, ...before.flatMap((record) => record.instances)];
  const distinct = [...new Map(everyone.map((one) => [addressOf(one), one])).values()];
  const found = await admin.checkPaused(distinct, { deadlineMs });
  const records = await settleAll(open, before);
  const shut = found
    .filter(({ kind }) => kind === "closed" || kind === "no-answer")
    .map(({ instance }) => instance);
  await admin.unpause(shut, { deadlineMs });
  return { found, now: await admin.checkPaused(distinct, { deadlineMs }), records };
}

async function settleAll(open: OpenDeployment, records: readonly PauseRecord[]): Promise<readonly Swept[]> {
  const handlers = sweepHandlers(open);
  const swept: Swept[] = [];
  for (const record of records)
    swept.push(
      await runInProcess<SweepEffects, Swept>(openAndSettle(record, "stillpoint unpause"), { handlers }),
    );
  return swept;
}

async function openRecords({ catalog, settings }: OpenDeployment): Promise<readonly PauseRecord[]> {
  const { records } = await catalog.pauses.open();
  return records.filter(({ deployment }) => deployment === settings.name);
}

function sweepHandlers(open: OpenDeployment): Handlers<SweepEffects> {
  const { catalog } = open;
  return {
    ...gateHandlers(open),
    "open-pauses": () => openRecords(open),
    "mark-pause": async ({ pause, by }) => {
      const { record } = await catalog.pauses.update(pause, (found) =>
        found.state === "open" ? { ...found, state: "swept", markedBy: by } : found,
      );
      return record;
    },
    "settle-pause": async ({ pause, unsettled, seenOpen }) => {
      await catalog.pauses.update(pause, (found) => settledRecord(found, unsettled, seenOpen));
      return null;
    },
  };
}

function settledRecord(
  found: PauseRecord,
  unsettled: readonly string[],
  seenOpen: Readonly<Record<string, number>>,
): PauseRecord {
  const left = found.unsettled.filter((address) => unsettled.includes(address));
  const state = left.length === 0 ? "closed" : found.state;
  return { ...found, state, unsettled: left, seenOpen: { ...seenOpen } };
}
