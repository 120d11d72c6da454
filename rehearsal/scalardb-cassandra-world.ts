import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { cassandraBankTotals } from "./cassandra-server/bank-totals.ts";
import { type CassandraCluster, startCassandra } from "./cassandra-server/cassandra-cluster.ts";
import { BUCKETS, CassyLife } from "./cassandra-server/cassy-life.ts";
import { DATA_CENTER } from "./cassandra-server/cql-client.ts";
import { ruinBank } from "./cassandra-server/disaster.ts";
import { startS3Mock } from "./cassandra-server/s3mock.ts";
import type { Cassy } from "./cassy/cassy.ts";
import { cassandraSection, writeConfiguration } from "./configuration.ts";
import type { Load } from "./ledger/clients.ts";
import type { Damage } from "./ledger/disaster.ts";
import type { Totals } from "./ledger/totals.ts";
import { RUINED_SHARE } from "./local-world.ts";
import type { RehearsalWorld } from "./rehearsal-world.ts";
import { missingTools } from "./scalardb-server/java.ts";
import { startTransfers } from "./scalardb-server/transfer-load.ts";
import { type ScalarDbWorld, startScalarDbWorld } from "./scalardb-server/world.ts";

/** A bank on real ScalarDB Servers over a real Cassandra, with a Cassy that uploads to a real server of S3. */
export interface ScalardbCassandraWorld extends AsyncDisposable {
  /** Configurations, the catalog, the nodes' files, and the logs of all that runs. */
  readonly folder: string;
  /** A configuration for one way to take a backup of it; all share one catalog. */
  place(way: Way, pause?: Pause): Promise<Place>;
  readonly cluster: CassandraCluster;
  readonly scalardb: ScalarDbWorld;
  /** In ms. */
  readonly clusterTook: number;
  cassy(): Cassy;
  /** By the address of a node: what happens to it at the very moment when its snapshot is asked for. */
  readonly atSnapshot: Map<string, () => Promise<void> | void>;
  /** A new one on the same port, with the same metadata and an empty bucket; places of before know the old bucket. */
  restartCassy(): Promise<void>;
  startLoad(clients: number): Load;
  totals(): Promise<Totals>;
  ruin(): Promise<Damage>;
  /** A ScalarDB Server does not end by itself while it has Cassandra's driver: as an operator who has waited. */
  stopInstances(): Promise<void>;
}

/** Our pause and Cassy's snapshots, a pause of Cassy's own, or our pause and a command. */
export type Way = "guarded" | "cassy" | "command";
export type Place = Pick<RehearsalWorld, "config" | "environment">;
/** Settings of the pause, as the configuration file has them. */
type Pause = Readonly<Record<string, string>>;

export interface ScalardbCassandraWorldOptions {
  readonly seed: string;
  readonly accounts: number;
  readonly servers: number;
}

const NODES = 3;
/** Of a client between two transfers: everything here shares a few cores. */
const REST_MS = 150;
/** As the AWS SDK looks for them. */
const ENVIRONMENT = { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" } as const;

export async function startScalardbCassandraWorld(
  options: ScalardbCassandraWorldOptions,
): Promise<ScalardbCassandraWorld> {
  const missing = await missingTools(["scalardb-server", "schema-loader", "cassandra", "s3mock"]);
  if (missing !== undefined) throw new StillpointError("REHEARSAL_FAILED", missing);
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-rehearsal-"));
  started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const { cluster, clusterTook } = await startedCluster(folder, started);
  const scalardb = started.use(await startedBank(folder, cluster, options));
  const s3 = await startS3Mock(folder, BUCKETS);
  started.defer(() => s3.process.kill());
  const cassy = new CassyLife({ folder, cluster, scalardb, s3 });
  started.defer(() => cassy.close());
  await cassy.restart();
  const parts = { folder, cluster, clusterTook, scalardb, cassy, options };
  return worldOf(parts, started.move());
}

async function startedCluster(folder: string, started: AsyncDisposableStack) {
  const startedMs = performance.now();
  const dir = join(folder, "cassandra");
  await mkdir(dir);
  const cluster = started.use(await startCassandra({ dir, nodes: NODES }));
  return { cluster, clusterTook: performance.now() - startedMs };
}

function startedBank(
  dir: string,
  { nodes, ports }: CassandraCluster,
  { servers, accounts }: ScalardbCassandraWorldOptions,
): Promise<ScalarDbWorld> {
  const contactPoints = nodes.map(({ address }) => address);
  const storage = { kind: "cassandra", contactPoints, port: ports.cql } as const;
  return startScalarDbWorld({
    storage,
    dir,
    servers,
    accounts,
    settings: "bare",
    replicationFactor: NODES,
  });
}

async function writePlace(
  { folder, cluster, scalardb, cassy }: Parts,
  way: Way,
  pause: Pause | undefined,
): Promise<Place> {
  const { host, port } = cassy.running;
  const cassandraHost = cluster.nodes[0]?.address;
  const mode = way === "cassy" ? "cassy" : "guarded";
  const byCassy = { cassy: { host, port, cassandraHost, mode, bucket: cassy.bucket } };
  const contactPoints = cluster.nodes.map(({ address }) => address);
  const section = cassandraSection({ contactPoints, port: cluster.ports.cql, dataCenter: DATA_CENTER });
  const main = { ...section, ...(way !== "command" && byCassy) };
  const ports = scalardb.servers().map((server) => server.port);
  const deployment = { product: "scalardb", component: "scalardb-server", ports } as const;
  const file = `${way}-${randomUUID().slice(0, 8)}.yml`;
  const config = await writeConfiguration(folder, { ...deployment, databases: { main }, pause }, file);
  return { config, environment: ENVIRONMENT };
}

interface Parts {
  readonly folder: string;
  readonly cluster: CassandraCluster;
  readonly clusterTook: number;
  readonly scalardb: ScalarDbWorld;
  readonly cassy: CassyLife;
  readonly options: ScalardbCassandraWorldOptions;
}

function worldOf(parts: Parts, owned: AsyncDisposableStack): ScalardbCassandraWorld {
  const { folder, cluster, clusterTook, scalardb, cassy, options } = parts;
  let loads = 0;
  return {
    folder,
    place: (way, pause) => writePlace(parts, way, pause),
    cluster,
    clusterTook,
    scalardb,
    cassy: () => cassy.running,
    atSnapshot: cassy.atSnapshot,
    restartCassy: () => cassy.restart(),
    startLoad: (clients) =>
      startTransfers({
        bank: scalardb.bank,
        servers: scalardb.transactions(),
        clients,
        restMs: REST_MS,
        seed: `${options.seed} load ${loads++}`,
      }),
    totals: () => cassandraBankTotals(cluster),
    ruin: () => ruinBank(cluster, options.seed, RUINED_SHARE),
    stopInstances: async () => {
      await Promise.all(scalardb.servers().map((server) => server.process.kill()));
      await scalardb.stopServers();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
