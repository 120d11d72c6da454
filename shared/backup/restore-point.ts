import type { PauseRecord, RestorePoint } from "../catalog/model.ts";
import { SCHEMA } from "../catalog/model.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import type { BackupInput } from "./backup-input.ts";
import type { Judgement } from "./judge.ts";
import { stamp } from "./pause-record.ts";
import type { Prepared } from "./prepare.ts";

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
    artifact: points.some(({ name }) => captures[name]?.artifact === "pending") ? "pending" : "complete",
    pause: record.id,
    ...(record.window && { window: record.window }),
    marginMs: Math.min(...Object.values(seconds).map(({ marginMs }) => marginMs)),
    heldMs,
    instances: [...discovery.instances],
    discovery: discovery.basis,
    databases: points,
  };
}
