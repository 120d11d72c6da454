import { randomUUID } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { Code, ConnectError } from "@connectrpc/connect";
import { type BackupListingRequest, type BackupRequest, OperationStatus } from "../../shared/gen/cassy_pb.ts";
import { CLUSTER_SNAPSHOT, NODE_INCREMENTAL, NODE_SNAPSHOT } from "./bucket-path.ts";
import type { Cluster, NodeKey } from "./metadata.ts";
import { uploadNode } from "./node-commands.ts";
import {
  clusterOf,
  internal,
  invalid,
  keysOf,
  NODES_UNAVAILABLE,
  requestInvalid,
  startOnNodes,
  type World,
} from "./world.ts";

const TYPES: readonly number[] = [CLUSTER_SNAPSHOT, NODE_SNAPSHOT, NODE_INCREMENTAL];

/** Answers when the snapshots were taken, or were not, and the uploads have begun. */
export async function takeBackup(world: World, request: BackupRequest) {
  const { backupType: type, targetIps } = request;
  if ((request.snapshotId === "") === (type === NODE_INCREMENTAL)) throw requestInvalid();
  const snapshotId = request.snapshotId || randomUUID();
  const cluster = clusterOf(world, request.clusterId);
  if (!(await areAlive(world, cluster.targetIps))) throw internal(NODES_UNAVAILABLE);
  if (!TYPES.includes(type)) throw new ConnectError("", Code.Unknown);
  const keys = keysOf(cluster, snapshotId, targetIps);
  world.metadata.begin("backups", keys, type);
  try {
    await snapshot(world, cluster, keys, type);
  } catch (error) {
    world.metadata.update("backups", keys, OperationStatus.FAILED);
    throw internal((error as Error).message);
  }
  world.metadata.update("backups", keys, OperationStatus.STARTED);
  startOnNodes(world, "backups", cluster, keys, (work) => uploadNode(work, type));
  void backUpMetadata(world);
  return {
    status: OperationStatus.STARTED,
    clusterId: cluster.clusterId,
    targetIps: keys.map(({ targetIp }) => targetIp),
    snapshotId,
    createdAt: BigInt(keys[0]?.createdAt ?? 0),
    backupType: type,
  };
}

/** As the first node of the registration sees them, which may not have noticed yet. */
async function areAlive({ nodes, life }: World, addresses: readonly string[]): Promise<boolean> {
  const live = await life.wait(nodes.liveNodes(addresses[0] ?? "")).catch((): readonly string[] => []);
  return addresses.every((address) => live.includes(address));
}

/** The unpause is in no `finally`, there as here: whatever goes wrong before it leaves the applications paused. */
async function snapshot(
  world: World,
  cluster: Cluster,
  keys: readonly NodeKey[],
  type: number,
): Promise<void> {
  if (type === CLUSTER_SNAPSHOT) await world.pauser.pause();
  if (type !== NODE_INCREMENTAL) await snapshotNodes(world, cluster, keys);
  if (type === CLUSTER_SNAPSHOT) await world.pauser.unpause();
}

/** All at once. That one fails is lost with the thread it happened on. */
async function snapshotNodes(world: World, { keyspaces }: Cluster, keys: readonly NodeKey[]): Promise<void> {
  const { nodes, faults, life } = world;
  const take = async ({ targetIp, snapshotId }: NodeKey) => {
    const hangs = faults.snapshotsWaitFor.get(targetIp);
    if (hangs !== undefined) await life.wait(hangs);
    if (!faults.snapshotsFail.has(targetIp))
      await life.through(nodes.takeSnapshot(targetIp, snapshotId, keyspaces));
  };
  await life.wait(Promise.allSettled(keys.map(take)));
}

/** Whenever all commands that it knows of have ended. That it fails goes unnoticed. */
async function backUpMetadata({ queue, life, s3, bucket, metadata }: World): Promise<void> {
  await life.wait(queue.drained());
  const when = new Date().toISOString().slice(0, 19).replace("T", " ");
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: `metadata-backup/${when}/cassy.db.dump`,
    Body: metadata.dump(),
  });
  await life.through(s3.send(put)).catch(() => {});
}

export function listBackups({ metadata }: World, request: BackupListingRequest) {
  const rows = metadata.rows("backups", request);
  if (rows === undefined) throw invalid();
  return {
    entries: rows.map(({ createdAt, updatedAt, type, ...row }) => ({
      ...row,
      createdAt: BigInt(createdAt),
      updatedAt: BigInt(updatedAt),
      backupType: type,
    })),
  };
}
