import cassandra from "cassandra-driver";
import type { CassandraCluster } from "./cassandra-cluster.ts";

/** Of nodes that are told nothing else. */
export const DATA_CENTER = "datacenter1";

const REQUEST_LIMIT_MS = 20_000;

/** Past ScalarDB, as an operator does with cqlsh. */
export async function withCql<T>(
  { nodes, ports }: CassandraCluster,
  work: (client: cassandra.Client) => Promise<T>,
): Promise<T> {
  const client = new cassandra.Client({
    contactPoints: nodes.map(({ address }) => address),
    localDataCenter: DATA_CENTER,
    protocolOptions: { port: ports.cql },
    queryOptions: { consistency: cassandra.types.consistencies.quorum, prepare: true },
    socketOptions: { readTimeout: REQUEST_LIMIT_MS },
  });
  try {
    return await work(client);
  } finally {
    await client.shutdown();
  }
}
