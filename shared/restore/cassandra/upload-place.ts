import type { CassySnapshot } from "./captured.ts";

const FOLDERS = { node: "node-backup", cluster: "cluster-backup" } as const;

/** One table on one node. */
export interface TablePlace {
  readonly address: string;
  readonly keyspace: string;
  readonly table: string;
  /** A table that was made again under its name has another one, and another folder. */
  readonly id: string;
}

/** Where Cassy uploads a table's part of a snapshot to, with a slash at the end. */
export function uploadPlace(
  { type, clusterId, snapshotId }: Pick<CassySnapshot, "type" | "clusterId" | "snapshotId">,
  { address, keyspace, table, id }: TablePlace,
): string {
  const folder = `${table}-${id.replaceAll("-", "")}`;
  return `${[FOLDERS[type], clusterId, snapshotId, address, keyspace, folder, "snapshots", snapshotId].join("/")}/`;
}
