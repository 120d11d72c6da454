import { onTestFinished } from "vitest";
import { AdminClients } from "../../../shared/admin/admin-clients.ts";
import type { BackupResult } from "../../../shared/backup/backup-result.ts";
import { type Catalog, catalogOver } from "../../../shared/catalog/catalog.ts";
import type { Deployment } from "../../../shared/config/config.ts";
import { captureCluster, identifyCluster } from "../../../shared/databases/cassandra/capture.ts";
import type { Cluster, ClusterState } from "../../../shared/databases/cassandra/cluster.ts";
import type { CassandraDatabase } from "../../../shared/databases/cassandra/database.ts";
import { type Registered, takeSnapshot } from "../../../shared/databases/cassandra/snapshot-call.ts";
import type { OpenDeployment } from "../../../shared/deployment/open-deployment.ts";
import { ourClock } from "../../../shared/deployment/our-clock.ts";
import { takeBackup } from "../../../shared/deployment/take-backup.ts";
import type { ClockSample } from "../../../shared/pause/clock-bound.ts";
import type { Instance } from "../../../shared/pause/instance.ts";
import { memoryStore } from "../../catalog/memory-store.ts";
import { fakeUploads, toolsOf } from "../../databases/cassandra/fake-cassy.ts";
import { type CassyWorld, cassyWorld } from "../../rehearsal/cassy/cassy-world.ts";
import { ADDRESSES } from "../../rehearsal/cassy/folder-nodes.ts";

const TABLE_ID = "5a1c395f01e14b0d8a5f8d1f6a7f0a11";
const SETTINGS = { coordinatorNamespace: "bank" };

export interface ObservedDeployment extends CassyWorld {
  readonly catalog: Catalog;
  readonly instances: readonly Instance[];
  /** With connections of its own, as another process has them. */
  open(): OpenDeployment;
  backup(signal?: AbortSignal): Promise<BackupResult>;
}

/** A deployment whose instances are paused by Cassy: real gates, the stand-in for Cassy, and nodes that are folders. */
export async function observedDeployment(longestMs: number): Promise<ObservedDeployment> {
  const world = await cassyWorld();
  const catalog = catalogOver(memoryStore());
  const instances = world.applications.map((address) => {
    const [host = "", port] = address.split(":");
    return { component: "ledger", host, port: Number(port) };
  });
  const open = () => openWith(world, { catalog, instances, longestMs });
  return {
    ...world,
    catalog,
    instances,
    open,
    backup: (signal) => takeBackup(open(), { report: () => {}, ...(signal && { signal }) }),
  };
}

function openWith(
  { client }: CassyWorld,
  {
    catalog,
    instances,
    longestMs,
  }: { readonly catalog: Catalog; readonly instances: readonly Instance[]; readonly longestMs: number },
): OpenDeployment {
  const clock = ourClock();
  const admin = new AdminClients({ clock: clock.oursMs });
  onTestFinished(() => admin.close());
  const database = databaseOf(client);
  return {
    settings: settingsOf(longestMs),
    env: {},
    catalog,
    clock,
    admin,
    database: () => database,
    cassandra: () => database,
    discoverPaused: async () => ({ instances, basis: "list" }),
    whereabouts: async (of: readonly Instance[]) => of.map((instance) => ({ kind: "there", instance })),
  } as unknown as OpenDeployment;
}

function settingsOf(longestMs: number): Deployment {
  return {
    name: "payments",
    databases: [{ kind: "cassandra", name: "main", cassy: { mode: "cassy" } }],
    pause: {
      holdMs: "auto",
      drainWaitMs: 300,
      longestMs,
      clockAllowanceMs: 250,
      rpcDeadlineMs: longestMs / 10,
    },
  } as unknown as Deployment;
}

function databaseOf(client: CassyWorld["client"]): CassandraDatabase {
  const tools = toolsOf(client, fakeUploads());
  const cluster: Pick<Cluster, "describe"> = { describe: async () => STATE };
  let last: Registered | undefined;
  return {
    kind: "cassandra",
    capture: async () => {
      const { capture, registration } = await captureCluster(SETTINGS, cluster, tools);
      last = { captured: capture.captured, registration };
      return capture;
    },
    identify: () => identifyCluster(SETTINGS, cluster),
    takeSnapshot: (wish) => takeSnapshot(tools, last as Registered, wish),
    probeClock: async (now) => [sampleAt(now())],
  } as Partial<CassandraDatabase> as CassandraDatabase;
}

function sampleAt(nowMs: number): ClockSample {
  return { sentMs: nowMs, answeredMs: nowMs + 2, dateSecond: nowMs / 1000, spanMs: 3 };
}

const STATE: ClusterState = {
  cluster: "ledger",
  version: "4.1.8",
  partitioner: "org.apache.cassandra.dht.Murmur3Partitioner",
  nodes: ADDRESSES.map((address) => ({
    address,
    cqlAddress: address,
    hostId: `host of ${address}`,
    dataCenter: "dc1",
    rack: "rack1",
  })),
  keyspaces: ["bank", "system"].map((name) => ({
    name,
    replication: { class: "org.apache.cassandra.locator.SimpleStrategy", replication_factor: "3" },
    tables: [{ name: name === "bank" ? "state" : "local", id: TABLE_ID }],
  })),
};
