import type { S3Client } from "@aws-sdk/client-s3";
import { Code, ConnectError } from "@connectrpc/connect";
import type { CommandQueue } from "./command-queue.ts";
import type { Faults } from "./faults.ts";
import type { Life } from "./life.ts";
import type { Cluster, Metadata, NodeKey } from "./metadata.ts";
import type { NodeWork } from "./node-commands.ts";
import type { CassandraNodes } from "./nodes.ts";
import type { Pauser } from "./pauser.ts";

/** What every call works with. */
export interface World {
  readonly nodes: CassandraNodes;
  readonly metadata: Metadata;
  readonly queue: CommandQueue;
  readonly pauser: Pauser;
  readonly faults: Faults;
  readonly life: Life;
  readonly s3: S3Client;
  readonly bucket: string;
}

export const NODES_UNAVAILABLE = "All the required nodes are not available.";

export function invalid(message = ""): ConnectError {
  return new ConnectError(message, Code.InvalidArgument);
}

export function requestInvalid(): ConnectError {
  return invalid("The request is invalid or inconsistent.");
}

export function internal(message = ""): ConnectError {
  return new ConnectError(message, Code.Internal);
}

export function clusterOf({ metadata }: World, clusterId: string): Cluster {
  const cluster = metadata.cluster(clusterId);
  if (cluster === undefined) throw invalid("The specified cluster cannot be found.");
  return cluster;
}

/** Those asked for, or all; that they belong to the cluster is not looked at. */
export function keysOf(cluster: Cluster, snapshotId: string, asked: readonly string[]): readonly NodeKey[] {
  const { clusterId } = cluster;
  const createdAt = Date.now();
  const targetIps = asked.length === 0 ? cluster.targetIps : asked;
  return targetIps.map((targetIp) => ({ snapshotId, clusterId, targetIp, createdAt }));
}

/** Begins a command on each node. Where SSH does not connect that goes unnoticed, and there is none to wait for. */
export function startOnNodes(
  world: World,
  history: "backups" | "restores",
  { keyspaces }: Cluster,
  keys: readonly NodeKey[],
  command: (work: NodeWork) => Promise<void>,
): void {
  const { nodes, faults } = world;
  const begin = async (key: NodeKey) => {
    if (faults.commandsWaitFor !== undefined) await world.life.wait(faults.commandsWaitFor);
    if (faults.commandsFail.has(key.targetIp)) throw new Error(`the command failed on ${key.targetIp}`);
    await command({ ...world, key, dataDir: nodes.dataDir(key.targetIp), keyspaces });
  };
  const reachable = keys.filter(
    ({ targetIp }) => !faults.unreachableBySsh.has(targetIp) && isHost(nodes, targetIp),
  );
  world.queue.add(reachable.map((key) => ({ history, key, ended: begin(key) })));
}

function isHost(nodes: CassandraNodes, address: string): boolean {
  try {
    return nodes.dataDir(address) !== "";
  } catch {
    return false;
  }
}
