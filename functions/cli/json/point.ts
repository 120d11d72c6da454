import * as z from "zod";
import { CommandRecord, type PauseRecord, RestorePoint } from "../../../shared/catalog/model.ts";
import { addressOf } from "../../../shared/pause/instance.ts";
import { CapturedCassandra, CassySnapshot, NodeUpload } from "../../../shared/restore/cassandra/captured.ts";
import { isRestorable } from "../../../shared/restore/choose-point.ts";
import { Artifact, CapturedJdbc } from "../../../shared/restore/jdbc/captured.ts";
import { tablesCaptured } from "../../../shared/restore/tables-captured.ts";
import { ClockBoundJson, DiscoveryJson, WindowJson } from "./instance.ts";

export const PointJson = z.strictObject({
  id: z.string(),
  deployment: z.string(),
  createdMs: z.number().int(),
  basis: z.enum(["window", "snapshot", "observed", "quiet", "settled"]),
  artifact: z.enum(["pending", "complete", "failed"]),
  /** What a pending artifact waits for, or why it failed. */
  because: z.string().exactOptional(),
  /** Whether it can be restored to: its artifact is complete, and the history that it needs is there. */
  restorable: z.boolean(),
  /** The restore that deleted the tables whose history the point needs. */
  lostTo: z.string().exactOptional(),
  pause: z.string().exactOptional(),
  window: WindowJson.exactOptional(),
  marginMs: z.number().exactOptional(),
  heldMs: z.number().exactOptional(),
  instances: z.array(z.string()),
  discovery: DiscoveryJson,
  databases: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(["dynamodb", "cosmosdb", "jdbc", "managed", "cassandra"]),
      /** Seconds since 1970, on the database's clock. */
      atSecond: z.number().int(),
      clockBound: ClockBoundJson.exactOptional(),
      tables: z.array(z.string()),
      /** Where its dump is, and what it must be. */
      dump: Artifact.exactOptional(),
      /** What Cassy took of a Cassandra cluster, and what was seen of it in the bucket, by node. */
      snapshot: CassySnapshot.exactOptional(),
      uploads: z.array(NodeUpload).exactOptional(),
    }),
  ),
  /** What ran inside the pause; where there are no databases, it has left all that there is. */
  command: CommandRecord.exactOptional(),
  /** Of a second at which nobody paused and nothing was committed, and of one that is settled. */
  quiet: RestorePoint.shape.quiet,
  settled: RestorePoint.shape.settled,
});
export type PointJson = z.infer<typeof PointJson>;

export function pointJson(restorePoint: RestorePoint): PointJson {
  const { schema: _, carriedUntilMs: __, takenFrom: ___, instances, databases, ...point } = restorePoint;
  return {
    ...defined(point),
    restorable: isRestorable(restorePoint),
    instances: instances.map(addressOf),
    databases: databases.map(({ captured, ...database }) => ({
      ...database,
      tables: [...(tablesCaptured(captured) ?? [])],
      ...dumpJson(captured),
      ...snapshotJson(captured),
    })),
  };
}

function dumpJson(captured: unknown): { readonly dump?: z.infer<typeof Artifact> } {
  const { data } = CapturedJdbc.safeParse(captured);
  return data?.artifact === undefined ? {} : { dump: data.artifact };
}

function snapshotJson(captured: unknown): {
  readonly snapshot?: CassySnapshot;
  readonly uploads?: NodeUpload[];
} {
  const { data } = CapturedCassandra.safeParse(captured);
  if (data === undefined) return {};
  const { snapshot, uploads } = data;
  return { ...(snapshot && { snapshot }), ...(uploads && { uploads: [...uploads] }) };
}

/** The catalog's model allows what JSON leaves out anyway: a key without a value. */
function defined<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

export const PauseJson = z.strictObject({
  id: z.string(),
  deployment: z.string(),
  openedMs: z.number().int(),
  deadlineMs: z.number().int(),
  state: z.enum(["open", "swept", "unsettled", "closed"]),
  markedBy: z.string().exactOptional(),
  /** Who paused, where that was not Stillpoint. */
  pauser: z.literal("cassy").exactOptional(),
  instances: z.array(z.string()),
  discovery: DiscoveryJson,
  /** Addresses that may still be paused, or were not seen open often enough. */
  unsettled: z.array(z.string()),
  window: WindowJson.exactOptional(),
  verdict: z.enum(["valid", "observed", "invalid"]).exactOptional(),
  reasons: z.array(z.string()),
  command: CommandRecord.exactOptional(),
});
export type PauseJson = z.infer<typeof PauseJson>;

export function pauseJson(pause: PauseRecord): PauseJson {
  const { id, deployment, openedMs, deadlineMs, state, instances, basis, unsettled, verdict } = pause;
  return {
    id,
    deployment,
    openedMs,
    deadlineMs,
    state,
    ...(pause.markedBy !== undefined && { markedBy: pause.markedBy }),
    ...(pause.pauser !== undefined && { pauser: pause.pauser }),
    instances: instances.map(addressOf),
    discovery: basis,
    unsettled,
    ...(pause.window && { window: pause.window }),
    ...(verdict && { verdict: verdict.kind }),
    reasons: verdict?.kind === "invalid" ? verdict.reasons : [],
    ...(pause.command && { command: pause.command }),
  };
}
