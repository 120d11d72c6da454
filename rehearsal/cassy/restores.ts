import { Code, ConnectError } from "@connectrpc/connect";
import {
  OperationStatus,
  type RestoreRequest,
  type RestoreStatusListingRequest,
} from "../../shared/gen/cassy_pb.ts";
import { CLUSTER_RESTORE, NODE_RESTORE, NODE_SNAPSHOT } from "./bucket-path.ts";
import { restoreNode } from "./node-commands.ts";
import { clusterOf, internal, invalid, keysOf, requestInvalid, startOnNodes, type World } from "./world.ts";

const TYPES: readonly number[] = [CLUSTER_RESTORE, NODE_RESTORE];

/** Answers when the downloads have begun. Whether there is such a snapshot is looked at for clusters only. */
export function restoreBackup(world: World, request: RestoreRequest) {
  const { clusterId, snapshotId, restoreType: type, snapshotOnly, targetIps } = request;
  if (type === CLUSTER_RESTORE && firstType(world, snapshotId) === NODE_SNAPSHOT) throw requestInvalid();
  const cluster = clusterOf(world, clusterId);
  if (!TYPES.includes(type)) throw new ConnectError("", Code.Unknown);
  const keys = keysOf(cluster, snapshotId, targetIps);
  world.metadata.begin("restores", keys, type);
  world.metadata.update("restores", keys, OperationStatus.STARTED);
  startOnNodes(world, "restores", cluster, keys, (work) => restoreNode({ ...work, type, snapshotOnly }));
  const status = OperationStatus.STARTED;
  const restored = keys.map(({ targetIp }) => targetIp);
  return { status, clusterId, targetIps: restored, snapshotId, restoreType: type, snapshotOnly };
}

function firstType({ metadata }: World, snapshotId: string): number {
  const wanted = { clusterId: "", targetIp: "", snapshotId, limit: 0 };
  const first = metadata.rows("backups", wanted)?.at(-1);
  if (first === undefined) throw internal("Index -1 out of bounds for length 0");
  return first.type;
}

export function listRestoreStatuses({ metadata }: World, request: RestoreStatusListingRequest) {
  const rows = metadata.rows("restores", request);
  if (rows === undefined) throw invalid();
  return {
    clusterId: request.clusterId,
    entries: rows.map(({ targetIp, snapshotId, createdAt, updatedAt, type, status }) => ({
      targetIp,
      snapshotId,
      createdAt: BigInt(createdAt),
      updatedAt: BigInt(updatedAt),
      restoreType: type,
      status,
    })),
  };
}
