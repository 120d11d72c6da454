import type { PauseRecord, RestorePoint } from "../catalog/model.ts";
import { SCHEMA } from "../catalog/model.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { addressOf, type Discovery } from "../pause/instance.ts";
import type { BackupInput } from "./backup-input.ts";
import type { Clock } from "./effects.ts";
import type { Judgement } from "./judge.ts";
import type { Evidence } from "./pause-and-hold.ts";
import type { Prepared } from "./prepare.ts";

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

/** The record when the backup has ended: a Pause without an answer may still be under way at its server. */
export function closedPause(record: PauseRecord, evidence: Evidence, { verdict }: Judgement): PauseRecord {
  const { openedMs, stillPaused } = evidence.opened;
  const unknown = evidence.outcomes
    .filter((outcome) => outcome.kind === "unknown")
    .map((one) => addressOf(one.instance));
  const unsettled = [...new Set([...unknown, ...stillPaused.map(addressOf)])];
  const seenOpen = Object.fromEntries(
    unsettled.flatMap((address) =>
      openedMs[address] === undefined ? [] : [[address, Math.round(openedMs[address])]],
    ),
  );
  return {
    ...record,
    state: unsettled.length > 0 ? "unsettled" : "closed",
    unsettled,
    seenOpen,
    verdict,
    ...(evidence.window && { window: evidence.window }),
  };
}

export function restorePoint(
  { deployment, databases }: BackupInput,
  { discovery, captures }: Prepared,
  record: PauseRecord,
  { seconds }: Judgement,
  heldMs: number,
  nowMs: number,
): RestorePoint {
  const points = databases.map(({ name, kind }) => {
    const second = seconds[name];
    if (second === undefined) throw new StillpointError("INTERNAL", `no second for database "${name}"`);
    return {
      name,
      kind,
      atSecond: second.atSecond,
      clockBound: second.bound,
      captured: captures[name]?.captured,
    };
  });
  const first = Math.min(...points.map(({ atSecond }) => atSecond));
  return {
    schema: SCHEMA,
    id: `${deployment}-${stamp(first * 1000)}`,
    deployment,
    createdMs: Math.round(nowMs),
    basis: "window",
    artifact: "complete",
    pause: record.id,
    ...(record.window && { window: record.window }),
    marginMs: Math.min(...Object.values(seconds).map(({ marginMs }) => marginMs)),
    heldMs,
    instances: [...discovery.instances],
    discovery: discovery.basis,
    databases: points,
  };
}
