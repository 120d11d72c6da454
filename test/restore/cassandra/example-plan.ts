import type { CapturedCassandra } from "../../../shared/restore/cassandra/captured.ts";
import {
  type CassandraPlan,
  completeOf,
  type PlannedCluster,
} from "../../../shared/restore/cassandra/plan.ts";
import type { LookedAtCluster } from "../../../shared/restore/cassandra/refusals.ts";

export const RUN = "restore-20261121T180000Z-0a1b2c3d";
export const AT_SECOND = Date.UTC(2026, 10, 21, 18) / 1000;
export const NODES = ["10.0.0.1", "10.0.0.2", "10.0.0.3"] as const;
const CASSY = "cassy.example:20051";
export const BUCKET = 'bucket "ledger-cassy"';

/** Three nodes that keep every row three times, with Cassandra's own keyspaces among the others. */
export function captured(change: Partial<CapturedCassandra> = {}): CapturedCassandra {
  return {
    cluster: "ledger",
    version: "4.1.8",
    partitioner: "org.apache.cassandra.dht.Murmur3Partitioner",
    nodes: NODES.map((address) => ({
      address,
      cqlAddress: address,
      hostId: `host-${address}`,
      dataCenter: "dc1",
      rack: "rack1",
    })),
    keyspaces: [
      keyspace("coordinator", ["state"]),
      keyspace("scalar", ["asset", "asset_metadata"]),
      keyspace("system_auth", ["roles"], "1"),
    ],
    snapshot: {
      clusterId: "ledger-6f1c",
      snapshotId: "5d1f0c3e",
      type: "node",
      createdMs: AT_SECOND * 1000,
      dataDir: "/var/lib/cassandra/data",
      bucket: "ledger-cassy",
    },
    uploads: NODES.map((address, place) => ({ address, files: 90 + place, bytes: 2_000_000_000 })),
    ...change,
  };
}

export function keyspace(
  name: string,
  tables: readonly string[],
  copies = "3",
): CapturedCassandra["keyspaces"][number] {
  return {
    name,
    replication: { class: "org.apache.cassandra.locator.NetworkTopologyStrategy", dc1: copies },
    tables: tables.map((table) => ({ name: table, id: `id-of-${name}.${table}` })),
  };
}

export function plannedCluster(database = "main", change: Partial<CapturedCassandra> = {}): PlannedCluster {
  const original = completeOf(captured(change));
  if (original === undefined) throw new Error("the example has a complete snapshot");
  return {
    database,
    atSecond: AT_SECOND,
    original,
    cassy: CASSY,
    bucket: BUCKET,
    increments: 0,
    answered: true,
  };
}

export function planOf(
  clusters: readonly PlannedCluster[] = [plannedCluster()],
  change: Partial<CassandraPlan> = {},
): CassandraPlan {
  return {
    kind: "cassandra",
    deployment: "payments",
    run: RUN,
    point: "point-1",
    mode: "in-place",
    clusters,
    observed: false,
    window: { startMs: AT_SECOND * 1000 - 2_000, endMs: AT_SECOND * 1000 + 3_000 },
    instances: [{ component: "ledger", host: "10.1.0.1", port: 60_053 }],
    ...change,
  };
}

/** The ledger's and the auditor's, each with nodes of its own. */
export function ledgerAndAuditor(): CassandraPlan {
  const auditor = captured({
    cluster: "auditor",
    nodes: captured().nodes.map((node) => ({ ...node, address: node.address.replace("10.0.", "10.9.") })),
  });
  const { snapshot, uploads = [] } = auditor;
  return planOf([
    plannedCluster("ledger"),
    plannedCluster("auditor", {
      ...auditor,
      ...(snapshot && {
        snapshot: { ...snapshot, clusterId: "auditor-77aa", snapshotId: "99aa", type: "cluster" },
      }),
      uploads: uploads.map((each) => ({ ...each, address: each.address.replace("10.0.", "10.9.") })),
    }),
  ]);
}

export function lookedAt(change: Partial<LookedAtCluster> = {}): LookedAtCluster {
  return {
    database: "main",
    atSecond: AT_SECOND,
    captured: captured(),
    cassy: {
      address: CASSY,
      says: { kind: "answered", answer: { nodes: [...NODES], underWay: [], increments: 0 } },
    },
    bucket: { name: BUCKET, missing: { kind: "answered", answer: [] } },
    today: { kind: "answered", answer: captured().nodes },
    ...change,
  };
}
