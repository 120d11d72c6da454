import { join } from "node:path";
import { CassandraNode } from "./cassandra-node.ts";
import type { NodePorts } from "./node-yaml.ts";
import { ownAddresses } from "./own-network.ts";

/** Real nodes of a real Cassandra, which know of each other. */
export interface CassandraCluster extends AsyncDisposable {
  readonly name: string;
  readonly nodes: readonly CassandraNode[];
  readonly ports: NodePorts;
  /** Starts those that do not run, all at once. */
  start(): Promise<void>;
  kill(): Promise<void>;
}

export interface CassandraClusterOptions {
  /** Where each node has a folder, and its log. */
  readonly dir: string;
  readonly nodes?: number;
  readonly name?: string;
}

/** Those that everybody takes, so that whoever asks whether a node is stopped asks in the right place. */
const PORTS = { cql: 9042, storage: 7000, jmx: 7199 } as const;
const ALL_TOKENS = 2n ** 64n;

/** Starts a cluster without data. A node takes 256 MB of heap and not quite 600 MB in all. */
export async function startCassandra(options: CassandraClusterOptions): Promise<CassandraCluster> {
  const { dir, nodes: count = 3, name = "bank" } = options;
  const addresses = await ownAddresses(count, Object.values(PORTS));
  const nodes = addresses.map((address, index) => {
    const token = (ALL_TOKENS / BigInt(count)) * BigInt(index) - ALL_TOKENS / 2n + 1n;
    const home = join(dir, `node-${index + 1}`);
    return new CassandraNode({ cluster: name, address, ports: PORTS, seeds: addresses, token, home });
  });
  const cluster = clusterOf(name, nodes);
  try {
    await cluster.start();
    return cluster;
  } catch (error) {
    await cluster.kill();
    throw error;
  }
}

function clusterOf(name: string, nodes: readonly CassandraNode[]): CassandraCluster {
  const kill = async () => {
    await Promise.all(nodes.map((node) => node.kill()));
  };
  return {
    name,
    nodes,
    ports: PORTS,
    async start() {
      const started = await Promise.allSettled(nodes.map((node) => node.start()));
      for (const start of started) if (start.status === "rejected") throw start.reason;
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
}
