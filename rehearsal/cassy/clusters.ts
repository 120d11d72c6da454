import { randomUUID } from "node:crypto";
import { Code, ConnectError } from "@connectrpc/connect";
import type { ClusterListingRequest } from "../../shared/gen/cassy_pb.ts";
import type { Cluster } from "./metadata.ts";
import { internal, invalid, NODES_UNAVAILABLE, type World } from "./world.ts";

/** Each time a new one, whatever was registered before. */
export async function registerCluster(world: World, host: string): Promise<Cluster> {
  if (host === "") throw invalid("cassandra_host is not set correctly.");
  const { metadata, life } = world;
  const cluster = await life.wait(lookAt(world, host)).catch((error: unknown) => {
    // Its cause stays in the server's log.
    throw error instanceof ConnectError ? error : internal();
  });
  metadata.addCluster(cluster);
  return cluster;
}

async function lookAt({ nodes }: World, host: string): Promise<Cluster> {
  const [targetIps, unsettled] = await Promise.all([nodes.liveNodes(host), nodes.unsettledNodes(host)]);
  if (targetIps.length === 0 || unsettled.length > 0)
    throw new ConnectError(NODES_UNAVAILABLE, Code.Unavailable);
  const [clusterName, keyspaces] = await Promise.all([nodes.clusterName(host), nodes.keyspaces(host)]);
  return {
    clusterId: `${clusterName}-${randomUUID()}`,
    clusterName,
    targetIps: [...targetIps],
    keyspaces: [...keyspaces],
    dataDir: nodes.dataDir(host),
    createdAt: Date.now(),
  };
}

export function listClusters({ metadata }: World, { clusterId, limit }: ClusterListingRequest) {
  const found = metadata.cluster(clusterId);
  const listed = clusterId === "" ? metadata.clusters(limit) : found === undefined ? [] : [found];
  return { entries: listed.map(onTheWire) };
}

export function onTheWire(cluster: Cluster) {
  const { targetIps, keyspaces, createdAt, ...rest } = cluster;
  const created = BigInt(createdAt);
  return {
    ...rest,
    targetIps: [...targetIps],
    keyspaces: [...keyspaces],
    createdAt: created,
    updatedAt: created,
  };
}
