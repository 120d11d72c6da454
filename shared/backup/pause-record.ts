import type { PauseRecord } from "../catalog/model.ts";
import { SCHEMA } from "../catalog/model.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { addressOf, type Discovery } from "../pause/instance.ts";
import type { BackupInput } from "./backup-input.ts";
import type { Clock } from "./effects.ts";
import type { Evidence } from "./evidence.ts";

/** Time as it stands in ids: sorts as text, and reads as a time. */
export function stamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");
}

/** The record that must be in the catalog before the first Pause is sent. */
export function openPause(
  { deployment, run, pause }: BackupInput,
  { instances, basis }: Discovery,
  now: Clock,
  leaseUntilMs: number,
): PauseRecord {
  if (now.oursMs + pause.longestMs > leaseUntilMs)
    throw new StillpointError(
      "PREPARATION_TIMED_OUT",
      `preparing the backup of "${deployment}" took so long that its lease would end inside the pause; nothing was paused`,
    );
  return {
    schema: SCHEMA,
    id: `pause-${deployment}-${stamp(now.wallMs)}`,
    deployment,
    run,
    openedMs: Math.round(now.wallMs),
    deadlineMs: Math.round(now.wallMs + pause.longestMs),
    drainWaitMs: pause.drainWaitMs,
    rpcDeadlineMs: pause.rpcDeadlineMs,
    instances: [...instances],
    basis,
    state: "open",
    unsettled: instances.map(addressOf),
    seenOpen: {},
  };
}

/**
 * The record when its backup has let go. Under the sweep stays what was not seen open, what was left to another
 * pause though one of ours went out to it, and what never answered its Pause, which may still be under way at the
 * server. When it was seen open is for the sweep to say, on its own clock: this host's may have stood still.
 */
export function endedPause(record: PauseRecord, evidence: Evidence): PauseRecord {
  const unknown = evidence.outcomes.filter(({ kind }) => kind === "unknown").map(({ instance }) => instance);
  const doubtful = [...unknown, ...evidence.opened.leftAlone, ...evidence.opened.stillPaused];
  const unsettled = [...new Set(doubtful.map(addressOf))];
  return {
    ...record,
    state: unsettled.length > 0 ? "unsettled" : "closed",
    unsettled,
    seenOpen: {},
    ...(evidence.window && { window: evidence.window }),
    ...(evidence.command && { command: evidence.command }),
  };
}

/**
 * What the catalog keeps of an ended backup. A record that a sweep marked keeps its mark, and so its window is
 * never valid; what this backup may have paused after the mark goes back under the sweep.
 */
export function withEnd(found: PauseRecord, ended: PauseRecord): PauseRecord {
  if (found.state === "open") return ended;
  if (ended.unsettled.length === 0) return found;
  const unsettled = [...new Set([...found.unsettled, ...ended.unsettled])];
  const seenOpen = Object.entries(found.seenOpen).filter(([address]) => !ended.unsettled.includes(address));
  return { ...found, state: "unsettled", unsettled, seenOpen: Object.fromEntries(seenOpen) };
}

/** Marked before the first Unpause of a sweep, so that its backup can never call the window valid. */
export function withMark(found: PauseRecord, by: string): PauseRecord {
  return found.state === "open" ? { ...found, state: "swept", markedBy: by } : found;
}

/** So long a Pause without an answer may still be under way at its server; no two hosts' clocks differ by as much. */
export function apartMs({ drainWaitMs, rpcDeadlineMs }: PauseRecord): number {
  return drainWaitMs + rpcDeadlineMs;
}

/** Those of these addresses that a backup at work on another record holds. One that is overdue is at work no more. */
export function heldByOthers(
  records: readonly PauseRecord[],
  { pause, addresses }: { readonly pause: string; readonly addresses: readonly string[] },
  nowMs: number,
): readonly string[] {
  const others = records.filter(
    ({ id, state, deadlineMs }) => id !== pause && state === "open" && nowMs <= deadlineMs,
  );
  const held = new Set(others.flatMap(({ instances }) => instances.map(addressOf)));
  return addresses.filter((address) => held.has(address));
}

/**
 * The other pauses that may still have something under way at one of these addresses: a late Unpause of theirs would
 * open a window from within, and a late Pause would shut it again before anybody asks.
 */
export function unsettledPauses(
  records: readonly PauseRecord[],
  { pause, addresses }: { readonly pause?: string; readonly addresses: readonly string[] },
): readonly string[] {
  return records
    .filter(({ id, state, unsettled }) => {
      const touches = unsettled.some((address) => addresses.includes(address));
      return id !== pause && state !== "closed" && touches;
    })
    .map(({ id }) => id);
}
