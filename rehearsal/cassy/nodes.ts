/**
 * The nodes of a Cassandra cluster as Cassy reaches them: over JMX for questions and snapshots, over SSH for their
 * files. A node that cannot be reached rejects.
 */
export interface CassandraNodes {
  /** As the node at this host has it, in its own spelling. */
  clusterName(host: string): Promise<string>;
  /** Addresses of the nodes that this one believes to be up, itself among them. */
  liveNodes(host: string): Promise<readonly string[]>;
  /** Addresses of those that it believes to be down, or that are joining, leaving or moving. */
  unsettledNodes(host: string): Promise<readonly string[]>;
  /** All keyspaces, Cassandra's own among them. */
  keyspaces(host: string): Promise<readonly string[]>;
  /** `<dataDir>/<keyspace>/<table>-<id>/snapshots/<snapshot>/` is where a snapshot's files are. */
  dataDir(address: string): string;
  /** Whether the node answers over JMX. */
  isUp(address: string): Promise<boolean>;
  /** Clears what snapshots of these keyspaces there are, then flushes and takes one of each. */
  takeSnapshot(address: string, snapshotId: string, keyspaces: readonly string[]): Promise<void>;
}
