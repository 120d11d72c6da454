import type { PauseRecord, RestorePoint } from "../catalog/model.ts";
import { SCHEMA } from "../catalog/model.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { asker, type Workflow } from "../workflow/effect.ts";
import type { BackupInput } from "./backup-input.ts";
import type { BackupEffects } from "./effects.ts";
import type { Judgement } from "./judgement.ts";
import { stamp } from "./pause-record.ts";
import type { Prepared } from "./prepare.ts";
import { type Snapshots, takesSnapshots } from "./snapshot.ts";

const ask = asker<BackupEffects>();

/** What a backup has come to. */
interface Reached extends Pick<Judgement, "seconds"> {
  /** Of databases that are dumped. */
  readonly snapshots: Snapshots;
  readonly nowMs: number;
  /** The one that it rests on, where anybody was paused. */
  readonly pause?: { readonly record: PauseRecord; readonly heldMs: number };
}

export function restorePoint(
  input: BackupInput,
  { discovery, captures }: Prepared,
  { seconds, snapshots, nowMs, pause }: Reached,
): RestorePoint {
  const { deployment } = input;
  const databases = input.databases.map(({ name, kind }) => {
    const second = seconds[name];
    if (second === undefined) throw new StillpointError("INTERNAL", `no second for database "${name}"`);
    const captured = snapshots[name]?.captured ?? captures[name]?.captured;
    return { name, kind, atSecond: second.atSecond, clockBound: second.bound, captured };
  });
  const firstMs =
    databases.length > 0
      ? Math.min(...databases.map(({ atSecond }) => atSecond)) * 1000
      : middleMs(pause?.record.window, nowMs);
  const isPending =
    takesSnapshots(input) || databases.some(({ name }) => captures[name]?.artifact === "pending");
  return {
    schema: SCHEMA,
    id: `${deployment}-${stamp(firstMs)}`,
    deployment,
    createdMs: Math.round(nowMs),
    basis: input.basis,
    artifact: isPending ? "pending" : "complete",
    ...(pause && pausedFacts(pause, input.basis === "observed" ? {} : seconds)),
    instances: [...discovery.instances],
    discovery: discovery.basis,
    databases,
  };
}

/** What a point is called by that has no second of any database. */
function middleMs(window: PauseRecord["window"], nowMs: number): number {
  return window === undefined ? nowMs : (window.startMs + window.endMs) / 2;
}

/** Where in a pause of somebody else's the snapshot was taken, nobody knows: there is no margin. */
function pausedFacts(
  { record, heldMs }: NonNullable<Reached["pause"]>,
  seconds: Judgement["seconds"],
): Pick<RestorePoint, "pause" | "window" | "marginMs" | "heldMs" | "command"> {
  const margins = Object.values(seconds).map(({ marginMs }) => marginMs);
  return {
    pause: record.id,
    ...(record.window && { window: record.window }),
    ...(margins.length > 0 && { marginMs: Math.min(...margins) }),
    heldMs,
    ...(record.command && { command: record.command }),
  };
}

export function* reportPoint(point: RestorePoint): Workflow<void> {
  const databases = point.databases.map(({ name, atSecond }) => ({ name, atSecond }));
  const { deployment, id, marginMs } = point;
  yield* ask("report", {
    event: {
      kind: "restore-point",
      deployment,
      point: id,
      databases,
      ...(marginMs !== undefined && { marginMs }),
    },
  });
}
