import { Client, types } from "cassandra-driver";

/** Where a Cassandra cluster of the rehearsal is. */
export interface CassandraEndpoint {
  readonly kind: "cassandra";
  readonly contactPoints: readonly string[];
  readonly port: number;
  readonly dataCenter: string;
}

const READ_LIMIT_MS = 10_000;

/** As ScalarDB asks: what is not conditional, at QUORUM. */
export function cassandraClient({ contactPoints, port, dataCenter }: CassandraEndpoint): Client {
  return new Client({
    contactPoints: [...contactPoints],
    localDataCenter: dataCenter,
    protocolOptions: { port },
    socketOptions: { readTimeout: READ_LIMIT_MS },
    queryOptions: {
      consistency: types.consistencies.quorum,
      serialConsistency: types.consistencies.serial,
      prepare: true,
    },
  });
}

/** Lets the work reach the tables, and no longer: a client keeps asking for nodes that were stopped. */
export async function withCassandra<T>(
  endpoint: CassandraEndpoint,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = cassandraClient(endpoint);
  try {
    return await work(client);
  } finally {
    await client.shutdown();
  }
}
