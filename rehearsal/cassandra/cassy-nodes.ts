import type { CassandraNodes } from "../cassy/nodes.ts";
import type { RehearsalCassandra } from "./cassandra.ts";

/** How Cassy reaches the nodes of the rehearsal's cluster. */
export function cassyNodes(cassandra: RehearsalCassandra): CassandraNodes {
  const { clusterName, addresses } = cassandra;
  const reached = (host: string) => {
    if (!cassandra.isUp(host)) throw new Error(`node "${host}" does not answer over JMX`);
    return host;
  };
  return {
    async clusterName(host) {
      reached(host);
      return clusterName;
    },
    async liveNodes(host) {
      reached(host);
      return addresses.filter(cassandra.isUp);
    },
    async unsettledNodes(host) {
      reached(host);
      return addresses.filter((address) => !cassandra.isUp(address));
    },
    keyspaces: async (host) => cassandra.keyspaces(reached(host)),
    dataDir: (address) => cassandra.dataFolder(address),
    isUp: async (address) => cassandra.isUp(address),
    async takeSnapshot(address, snapshotId, keyspaces) {
      cassandra.clearSnapshots(reached(address), keyspaces);
      cassandra.takeSnapshot(address, snapshotId, keyspaces);
    },
  };
}
