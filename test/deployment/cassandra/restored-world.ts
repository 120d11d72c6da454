import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { stringify } from "yaml";
import { catalogOver } from "../../../shared/catalog/catalog.ts";
import { type RestorePoint, SCHEMA } from "../../../shared/catalog/model.ts";
import { openStore } from "../../../shared/catalog/open-store.ts";
import { deploymentNamed, loadConfig } from "../../../shared/config/load-config.ts";
import type { CassandraDatabase } from "../../../shared/databases/cassandra/database.ts";
import { type OpenDeployment, openDeployment } from "../../../shared/deployment/open-deployment.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import type { CapturedCassandra } from "../../../shared/restore/cassandra/captured.ts";
import { clusterOf, tableFiles } from "../../databases/cassandra/uploaded-snapshot.ts";
import { type CassyWorld, cassyWorld } from "../../rehearsal/cassy/cassy-world.ts";
import { ADDRESSES, tableOf } from "../../rehearsal/cassy/folder-nodes.ts";

export const DEPLOYMENT = "payments";
export const POINT = "payments-20261121T180000Z";
const KEYSPACES = ["bank", "system"];

export interface RestoredWorld extends CassyWorld {
  readonly open: OpenDeployment;
  /** Addresses of nodes on which Cassandra runs. */
  readonly running: Set<string>;
}

/**
 * A snapshot that Cassy took of nodes that are folders, its files in a bucket, and a point of it in a real catalog. Only
 * CQL is made up.
 */
export async function restoredWorld(type: "node" | "cluster"): Promise<RestoredWorld> {
  const world = await cassyWorld();
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-cassandra-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const address of ADDRESSES)
    for (const keyspace of KEYSPACES)
      for (const [file, content] of tableFiles({ keyspace, generations: 2 }))
        if (file !== "manifest.json")
          await world.nodes.write(
            address,
            keyspace,
            file,
            file.endsWith("-Data.db") ? `rows of ${address}` : content,
          );
  const config = join(folder, "stillpoint.yml");
  await writeFile(config, configurationText(world));
  const env = { ...process.env };
  const loaded = loadConfig(config, env);
  const catalog = catalogOver(openStore(loaded.catalog, () => {}));
  const opened = openDeployment(deploymentNamed(loaded, DEPLOYMENT), catalog, env);
  onTestFinished(() => opened.close());
  const running = new Set<string>(ADDRESSES);
  const schema = clusterOfNodes();
  const database = withNodes(opened.cassandra("main"), schema, running);
  const open: OpenDeployment = { ...opened, cassandra: () => database, database: () => database };
  await catalog.points.create(pointOf(await captured(world, open, schema, type)));
  return { ...world, open, running };
}

function clusterOfNodes(): CapturedCassandra {
  const cluster = clusterOf(ADDRESSES, { bank: ["account"], system: ["account"] });
  const [, hex = ""] = tableOf("bank").split("account-");
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const keyspaces = cluster.keyspaces.map((keyspace) => ({ ...keyspace, tables: [{ name: "account", id }] }));
  return { ...cluster, cluster: "ledger", keyspaces };
}

function withNodes(
  database: CassandraDatabase,
  { snapshot: _, uploads: __, ...state }: CapturedCassandra,
  running: ReadonlySet<string>,
): CassandraDatabase {
  const cluster: Awaited<ReturnType<CassandraDatabase["cluster"]>> = {
    describe: async () => {
      if (running.size === 0) throw new StillpointError("DATABASE_UNREACHABLE", "no node answers");
      return state;
    },
    indexes: async () => [],
    // Rows are another test's.
    schemas: async () => [],
    probeClock: async () => [],
    scan: () => {
      throw new Error("there is nothing to scan");
    },
    close: () => undefined,
  };
  return {
    ...database,
    cluster: async () => cluster,
    signs: async (nodes) =>
      nodes.map(({ address }) => ({
        address,
        sign: running.has(address) ? ("answers" as const) : ("stopped" as const),
        why: running.has(address) ? "port 9042 is open" : "port 9042 is refused",
      })),
  };
}

async function captured(
  { client }: CassyWorld,
  open: OpenDeployment,
  schema: CapturedCassandra,
  type: "node" | "cluster",
): Promise<CapturedCassandra> {
  const { clusterId, dataDir } = await client.register(ADDRESSES[0]);
  const taken = await client.takeBackup({ clusterId, type, withinMs: 20_000 });
  if (taken.kind !== "taken") throw new Error(taken.message);
  const { snapshotId, createdMs } = taken;
  const snapshot = { clusterId, snapshotId, type, createdMs, dataDir, bucket: "ledger-cassy" };
  const { uploads } = await open.cassandra("main").tools();
  const found = await vi.waitFor(
    async () => {
      const look = await uploads.look(snapshot, schema);
      if (look.missing.length > 0) throw new Error(look.missing.join());
      return look;
    },
    { timeout: 20_000 },
  );
  return { ...schema, snapshot, uploads: [...found.uploads] };
}

function pointOf(captured: CapturedCassandra): RestorePoint {
  const atSecond = Date.UTC(2026, 10, 21, 18) / 1000;
  const clockBound = { lowMs: -10, highMs: 10 };
  return {
    schema: SCHEMA,
    id: POINT,
    deployment: DEPLOYMENT,
    createdMs: atSecond * 1000,
    basis: "window",
    artifact: "complete",
    window: { startMs: atSecond * 1000 - 2_000, endMs: atSecond * 1000 + 2_000 },
    instances: [],
    discovery: "list",
    databases: [{ name: "main", kind: "cassandra", atSecond, clockBound, captured }],
  };
}

function configurationText({ cassy, endpoint }: CassyWorld): string {
  const bucket = { name: "ledger-cassy", region: "us-east-1", endpoint };
  return stringify({
    catalog: { kind: "file", path: "./catalog" },
    deployments: {
      [DEPLOYMENT]: {
        product: "scalardb",
        // Nobody listens there.
        components: { servers: { kind: "scalardb-cluster", instances: ["127.0.0.1:1"] } },
        databases: {
          main: {
            kind: "cassandra",
            contactPoints: [...ADDRESSES],
            tls: "off",
            cassy: { host: cassy.host, port: cassy.port, cassandraHost: ADDRESSES[0], bucket },
          },
        },
      },
    },
  });
}
