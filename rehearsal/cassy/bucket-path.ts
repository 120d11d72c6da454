import type { NodeKey } from "./metadata.ts";

/** Numbers on the wire; an increment has the id of the snapshot that it goes with, and its path. */
export const CLUSTER_SNAPSHOT = 1;
export const NODE_SNAPSHOT = 2;
export const NODE_INCREMENTAL = 3;
export const CLUSTER_RESTORE = 1;
export const NODE_RESTORE = 2;

/** Where the files of a node are, in the bucket and below its data while they are put in their places. */
export function bucketPath(folder: "cluster-backup" | "node-backup", key: NodeKey): string {
  return `${folder}/${key.clusterId}/${key.snapshotId}/${key.targetIp}`;
}

/** The first type of both is that of clusters. */
export function folderOf(type: number): "cluster-backup" | "node-backup" {
  return type === CLUSTER_SNAPSHOT ? "cluster-backup" : "node-backup";
}
