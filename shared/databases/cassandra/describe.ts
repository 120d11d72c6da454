import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { ClusterKeyspace, ClusterNode } from "../../restore/cassandra/captured.ts";
import type { ClusterState } from "./cluster.ts";
import type { CqlNode, CqlRow } from "./cql.ts";

const LOCAL =
  "SELECT cluster_name, release_version, partitioner, broadcast_address, rpc_address, host_id, data_center, rack, schema_version FROM system.local";
/** With nodes that share an address, since 4.0; elsewhere there is no such table. */
const PEERS = "SELECT peer, native_address, host_id, data_center, rack, schema_version FROM system.peers_v2";
const PEERS_BEFORE_4 =
  "SELECT peer, rpc_address, host_id, data_center, rack, schema_version FROM system.peers";
const KEYSPACES = "SELECT keyspace_name, replication FROM system_schema.keyspaces";
/** A view has files of its own, as a table has. */
const TABLES = ["tables", "views"] as const;

/** The cluster as one node knows it. */
export async function describeCluster(node: CqlNode): Promise<ClusterState> {
  const [local] = await node.query(LOCAL);
  if (local === undefined)
    throw new StillpointError("DATABASE_REFUSED", `node "${node.address}" knows nothing of itself yet`);
  const peers = await peersOf(node, textOf(local, "release_version"));
  const nodes = [
    nodeOf(local, "broadcast_address", node.address),
    ...peers.map((peer) => nodeOf(peer, "peer")),
  ];
  refuseDisagreement([
    [nodes[0]?.address ?? "", local],
    ...peers.map((peer) => [textOf(peer, "peer"), peer] as const),
  ]);
  return {
    cluster: textOf(local, "cluster_name"),
    version: textOf(local, "release_version"),
    partitioner: textOf(local, "partitioner"),
    nodes: sortedBy(nodes, ({ address }) => address),
    keyspaces: await keyspacesOf(node),
  };
}

async function peersOf(node: CqlNode, version: string): Promise<readonly CqlRow[]> {
  if (Number.parseInt(version, 10) < 4) return node.query(PEERS_BEFORE_4);
  const peers = await node.query(PEERS);
  return peers.map(({ native_address, ...peer }) => ({ ...peer, rpc_address: native_address }));
}

/** A node that says that it listens everywhere is asked where it was reached. */
const EVERYWHERE: readonly string[] = ["0.0.0.0", "::", "0:0:0:0:0:0:0:0"];

function nodeOf(row: CqlRow, addressColumn: string, reachedAt?: string): ClusterNode {
  const address = textOf(row, addressColumn);
  const missing = ["host_id", "rpc_address", "data_center", "rack"].filter((name) => !isKnown(row[name]));
  if (missing.length > 0)
    throw new StillpointError(
      "DATABASE_REFUSED",
      `node "${address}" is half known to the cluster (without ${missing.join(", ")}): it is joining, or what a removed node left behind. Nothing was read; look at: nodetool status and nodetool gossipinfo`,
    );
  const cqlAddress = textOf(row, "rpc_address");
  return {
    address,
    cqlAddress: EVERYWHERE.includes(cqlAddress) ? (reachedAt ?? address) : cqlAddress,
    hostId: textOf(row, "host_id"),
    dataCenter: textOf(row, "data_center"),
    rack: textOf(row, "rack"),
  };
}

/** While a change of the schema is on its way, there is no schema of the cluster. */
function refuseDisagreement(nodes: readonly (readonly [address: string, row: CqlRow])[]): void {
  const versions = Map.groupBy(nodes, ([, row]) => textOf(row, "schema_version"));
  if (versions.size <= 1) return;
  const sides = [...versions].map(
    ([version, of]) => `${quoted(of.map(([address]) => address))} have ${version}`,
  );
  throw new StillpointError(
    "DATABASE_REFUSED",
    `the nodes disagree about the schema: ${sides.join("; ")}. Nothing was read; wait until a change has reached all of them and start those that are down, then look at: nodetool describecluster`,
  );
}

async function keyspacesOf(node: CqlNode): Promise<ClusterKeyspace[]> {
  const [keyspaces, ...tables] = await Promise.all([
    node.query(KEYSPACES),
    ...TABLES.map((kind) => tablesOf(node, kind)),
  ]);
  const byKeyspace = Map.groupBy(tables.flat(), ({ keyspace }) => keyspace);
  const all = keyspaces.map((row) => ({
    name: textOf(row, "keyspace_name"),
    replication: textsOf(row["replication"]),
    tables: sortedBy(
      (byKeyspace.get(textOf(row, "keyspace_name")) ?? []).map(({ name, id }) => ({ name, id })),
      ({ name }) => name,
    ),
  }));
  return sortedBy(all, ({ name }) => name);
}

async function tablesOf(node: CqlNode, kind: (typeof TABLES)[number]) {
  const column = kind === "tables" ? "table_name" : "view_name";
  const rows = await node.query(`SELECT keyspace_name, ${column}, id FROM system_schema.${kind}`);
  return rows.map((row) => ({
    keyspace: textOf(row, "keyspace_name"),
    name: textOf(row, column),
    id: textOf(row, "id"),
  }));
}

function isKnown(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/** Addresses and ids of the driver's are spelled as Cassandra does. */
function textOf(row: CqlRow, column: string): string {
  return String(row[column]);
}

function textsOf(map: unknown): Record<string, string> {
  const entries = Object.entries((map ?? {}) as Readonly<Record<string, unknown>>);
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

function sortedBy<T>(all: readonly T[], keyOf: (each: T) => string): T[] {
  return all.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}
