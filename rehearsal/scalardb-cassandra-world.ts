import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { cassandraBankTotals } from "./cassandra-server/bank-totals.ts";
import { type CassandraCluster, startCassandra } from "./cassandra-server/cassandra-cluster.ts";
import { ruinBank } from "./cassandra-server/disaster.ts";
import { writeConfiguration } from "./configuration.ts";
import type { Load } from "./ledger/clients.ts";
import type { Damage } from "./ledger/disaster.ts";
import type { Totals } from "./ledger/totals.ts";
import { RUINED_SHARE } from "./local-world.ts";
import { missingTools } from "./scalardb-server/java.ts";
import { startTransfers } from "./scalardb-server/transfer-load.ts";
import { type ScalarDbWorld, startScalarDbWorld } from "./scalardb-server/world.ts";

/** A bank on real ScalarDB Servers over a real Cassandra. */
export interface ScalardbCassandraWorld extends AsyncDisposable {
  /** Configuration, catalog, the nodes' files, and the logs of all that runs. */
  readonly folder: string;
  /** Without Cassy: backups are taken by a command. */
  readonly config: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly cluster: CassandraCluster;
  readonly scalardb: ScalarDbWorld;
  readonly took: { readonly clusterMs: number };
  startLoad(clients: number): Load;
  totals(): Promise<Totals>;
  ruin(): Promise<Damage>;
}

export interface ScalardbCassandraWorldOptions {
  readonly seed: string;
  readonly accounts: number;
  readonly servers: number;
  readonly pause?: Readonly<Record<string, string>>;
}

const NODES = 3;

export async function startScalardbCassandraWorld(
  options: ScalardbCassandraWorldOptions,
): Promise<ScalardbCassandraWorld> {
  const { accounts, servers, seed, pause } = options;
  const missing = await missingTools(["scalardb-server", "schema-loader", "cassandra"]);
  if (missing !== undefined) throw new StillpointError("REHEARSAL_FAILED", missing);
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-rehearsal-"));
  started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const startedMs = performance.now();
  const dir = join(folder, "cassandra");
  await mkdir(dir);
  const cluster = started.use(await startCassandra({ dir, nodes: NODES }));
  const clusterMs = performance.now() - startedMs;
  const contactPoints = cluster.nodes.map(({ address }) => address);
  const storage = { kind: "cassandra", contactPoints, port: cluster.ports.cql } as const;
  const bank = { dir: folder, servers, accounts, settings: "bare", replicationFactor: NODES } as const;
  const scalardb = started.use(await startScalarDbWorld({ storage, ...bank }));
  const config = await writeConfiguration(folder, {
    product: "scalardb",
    component: "scalardb-server",
    ports: scalardb.servers().map(({ port }) => port),
    databases: { main: cassandraSection(cluster) },
    pause,
  });
  return worldOf({ seed, folder, config, cluster, scalardb, took: { clusterMs } }, started.move());
}

/** Nothing leaves this machine, so that TLS can be off. */
export function cassandraSection({ nodes, ports }: CassandraCluster) {
  const contactPoints = nodes.map(({ address }) => address);
  return { kind: "cassandra", contactPoints, port: ports.cql, tls: "off" } as const;
}

type Parts = Pick<ScalardbCassandraWorld, "folder" | "config" | "cluster" | "scalardb" | "took"> & {
  readonly seed: string;
};

function worldOf({ seed, ...parts }: Parts, owned: AsyncDisposableStack): ScalardbCassandraWorld {
  const { cluster, scalardb } = parts;
  let loads = 0;
  return {
    ...parts,
    environment: {},
    startLoad: (clients) =>
      startTransfers({
        bank: scalardb.bank,
        servers: scalardb.transactions(),
        clients,
        seed: `${seed} load ${loads++}`,
      }),
    totals: () => cassandraBankTotals(cluster),
    ruin: () => ruinBank(cluster, seed, RUINED_SHARE),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
