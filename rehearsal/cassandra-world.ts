import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cassandrasOf } from "../shared/config/databases-of.ts";
import { loadConfig } from "../shared/config/load-config.ts";
import { type RehearsalCassandra, startCassandra } from "./cassandra/cassandra.ts";
import { cassyNodes } from "./cassandra/cassy-nodes.ts";
import { type Cassy, startCassy } from "./cassy/cassy.ts";
import { cassandraSection, ONE_CLOCK, writeConfiguration } from "./configuration.ts";
import { ruinCassandra } from "./ledger/cassandra/disaster.ts";
import type { CassandraEndpoint } from "./ledger/cassandra/endpoint.ts";
import { cassandraTotals } from "./ledger/cassandra/totals.ts";
import { openLedger } from "./ledger/open-ledger.ts";
import type { RunningInstances } from "./ledger/start-instances.ts";
import { type LedgerProcesses, startLedgerProcesses } from "./ledger-processes.ts";
import { OPENING_BALANCE, RUINED_SHARE, type WorldOptions } from "./local-world.ts";
import { plainSnapshots } from "./plain-snapshots.ts";
import type { NodesByHand, RehearsalWorld } from "./rehearsal-world.ts";
import { startS3 } from "./s3/s3.ts";

/** A world with the embedded ledger on a Cassandra cluster, with Cassy and the bucket that it uploads to. */
export interface CassandraWorld extends RehearsalWorld {
  readonly folder: string;
  readonly endpoint: CassandraEndpoint;
  readonly cassandra: RehearsalCassandra;
  readonly cassy: Cassy;
  readonly instances: RunningInstances;
  readonly nodesByHand: NodesByHand;
}

const BUCKET = "ledger-cassy";
const REGION = "ap-northeast-1";
const CREDENTIALS = { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" };

export async function startCassandraWorld(options: WorldOptions): Promise<CassandraWorld> {
  const { seed, assets: count = 24, instances = 3, semantics = "scalardl-3.14", keep = false } = options;
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-rehearsal-"));
  if (!keep) started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const cassandra = await startCassandra({ folder: join(folder, "nodes"), clusterName: "ledger" });
  started.defer(() => cassandra.close());
  const { addresses: contactPoints, port, dataCenter } = cassandra;
  const endpoint: CassandraEndpoint = { kind: "cassandra", contactPoints, port, dataCenter };
  const place = { endpoint, prefix: "", seed };
  const assets = await openLedger({ ...place, assets: count, balance: OPENING_BALANCE });
  const processes = await startLedgerProcesses({ ...place, count: instances, semantics, assets });
  started.defer(() => processes.kill());
  const { cassy, bucket } = await startTools({ folder, cassandra, ports: processes.ports }, started);
  const config = await writeConfiguration(folder, {
    product: "scalardl",
    component: "ledger",
    ports: processes.ports,
    databases: { main: cassandraSection(endpoint, { host: cassy.host, port: cassy.port, bucket }) },
    // The nodes tell the time of this machine too: a pause for snapshots is short, and rows are to show that it held.
    pause: { clockAllowance: ONE_CLOCK, ...options.pause },
  });
  return worldOf({ seed, folder, config, cassandra, cassy, endpoint, processes }, started.move());
}

interface Tooled {
  readonly folder: string;
  readonly cassandra: RehearsalCassandra;
  /** Of the admin interface of what Cassy would pause. */
  readonly ports: readonly number[];
}

async function startTools({ folder, cassandra, ports }: Tooled, started: AsyncDisposableStack) {
  const s3 = await startS3({ buckets: [BUCKET], folder: join(folder, "bucket") });
  started.defer(() => s3.close());
  const bucket = { name: BUCKET, region: REGION, endpoint: s3.endpoint };
  await mkdir(join(folder, "cassy"));
  const cassy = await startCassy({
    folder: join(folder, "cassy"),
    nodes: cassyNodes(cassandra),
    s3: { endpoint: s3.endpoint, bucket: BUCKET, region: REGION, credentials: CREDENTIALS },
    applications: ports.map((port) => ({ host: "127.0.0.1", port })),
  });
  started.defer(() => cassy.close());
  return { cassy, bucket };
}

interface Parts {
  readonly seed: string;
  readonly folder: string;
  readonly config: string;
  readonly cassandra: RehearsalCassandra;
  readonly cassy: Cassy;
  readonly endpoint: CassandraEndpoint;
  readonly processes: LedgerProcesses;
}

function worldOf(parts: Parts, owned: AsyncDisposableStack): CassandraWorld {
  const { seed, folder, config, cassandra, cassy, endpoint, processes } = parts;
  const nodes = cassandra.addresses.map((address) => `${address}:${cassandra.port}`);
  return {
    folder,
    config,
    endpoint,
    cassandra,
    cassy,
    environment: {
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    },
    words: { service: "ledger", things: "assets", tables: "tables", restored: "cluster" },
    whereabouts: `Cassandra at ${nodes.join(", ")}, Cassy at ${cassy.host}:${cassy.port}`,
    // What takes hours there is the data, of which there is little here.
    scaled: [],
    now: () => Date.now(),
    get instances() {
      return processes.running;
    },
    startLoad: processes.startLoad,
    totals: () => cassandraTotals(endpoint),
    plainCopies: () => plainSnapshots({ cassandra, folder, settings: settingsOf(config) }),
    ruin: async () => {
      const { overwritten, deleted } = await ruinCassandra(endpoint, { seed, share: RUINED_SHARE });
      const done = `${overwritten} asset records overwritten, ${deleted} deleted, behind the ledger's back.`;
      return { done, showsInRows: true };
    },
    stopInstances: processes.stop,
    nodesByHand: byHand(cassandra),
    // The nodes are where they were, and every replica has all of its rows: nothing is to be changed or repaired.
    followUp: async () => [],
    restartInstances: () => processes.restart(endpoint),
    close: () => owned.disposeAsync(),
  };
}

function settingsOf(config: string) {
  const [settings] = loadConfig(config, {}).deployments.flatMap(cassandrasOf);
  if (settings === undefined) throw new Error(`"${config}" has no Cassandra`);
  return settings;
}

/** What the plan tells people to do on the nodes. */
function byHand(cassandra: RehearsalCassandra): NodesByHand {
  const { addresses } = cassandra;
  return {
    async clear() {
      for (const address of addresses) await cassandra.stop(address);
      const aside = addresses.map((address) => cassandra.moveAside(address));
      return [
        `By hand: Cassandra is stopped on ${addresses.join(", ")},`,
        `and what they held is moved aside, to ${aside[0]} and its like.`,
      ];
    },
    awaited: /restored the files of cluster/,
    async start() {
      for (const address of addresses) cassandra.forgetIndexes(address);
      for (const address of addresses) await cassandra.start(address);
      return [
        `By hand: Cassandra is started on ${addresses.join(", ")},`,
        "without system/IndexInfo-*, so that it builds the indexes that Cassy has left behind.",
      ];
    },
  };
}
