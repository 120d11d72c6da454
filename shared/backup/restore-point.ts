import type { PauseRecord, RestorePoint } from "../catalog/model.ts";
import { SCHEMA } from "../catalog/model.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { asker, type Workflow } from "../workflow/effect.ts";
import type { BackupInput } from "./backup-input.ts";
import type { BackupEffects } from "./effects.ts";
import type { Judgement } from "./judge.ts";
import { stamp } from "./pause-record.ts";
import type { Prepared } from "./prepare.ts";
import { isDumped, type Snapshots } from "./snapshot.ts";

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
  const first = Math.min(...databases.map(({ atSecond }) => atSecond));
  const isPending = isDumped(input) || databases.some(({ name }) => captures[name]?.artifact === "pending");
  return {
    schema: SCHEMA,
    id: `${deployment}-${stamp(first * 1000)}`,
    deployment,
    createdMs: Math.round(nowMs),
    basis: input.basis,
    artifact: isPending ? "pending" : "complete",
    ...(pause && pausedFacts(pause, seconds)),
    instances: [...discovery.instances],
    discovery: discovery.basis,
    databases,
  };
}

function pausedFacts(
  { record, heldMs }: NonNullable<Reached["pause"]>,
  seconds: Judgement["seconds"],
): Pick<RestorePoint, "pause" | "window" | "marginMs" | "heldMs"> {
  return {
    pause: record.id,
    ...(record.window && { window: record.window }),
    marginMs: Math.min(...Object.values(seconds).map(({ marginMs }) => marginMs)),
    heldMs,
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
