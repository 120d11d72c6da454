import type { CapturedCassandra, CassySnapshot } from "../../../shared/restore/cassandra/captured.ts";

/** What Cassandra 4.1.8 writes for one file of data, as its own list has it. */
const COMPONENTS = [
  "CompressionInfo.db",
  "TOC.txt",
  "Statistics.db",
  "Index.db",
  "Filter.db",
  "Data.db",
  "Summary.db",
  "Digest.crc32",
];

/** How many files of data a table has on a node. */
export interface TableContent {
  readonly node: string;
  readonly keyspace: string;
  readonly table: string;
  readonly generations: number;
  readonly indexes?: readonly string[];
}

/** The files below a table's folder of a snapshot, as Cassandra writes and Cassy uploads them: those of indexes are not. */
export function tableFiles({
  keyspace,
  generations,
  indexes = [],
}: Pick<TableContent, "keyspace" | "generations" | "indexes">): ReadonlyMap<string, string> {
  const prefixes = Array.from({ length: generations }, (_, at) => `nb-${at + 1}-big-`);
  const files = prefixes.flatMap((prefix) => [
    `${prefix}Data.db`,
    ...indexes.map((index) => `.${index}/${prefix}Data.db`),
  ]);
  const manifest = JSON.stringify({ files, created_at: "2026-11-30T01:05:52.447Z", expires_at: null });
  const written = prefixes.flatMap((prefix) =>
    COMPONENTS.map((name) => [
      prefix + name,
      name === "TOC.txt" ? `${COMPONENTS.join("\n")}\n` : `content of ${name}`,
    ]),
  ) as [string, string][];
  return new Map([
    ["manifest.json", manifest],
    // Cassandra's own tables have none.
    ...(keyspace.startsWith("system") ? [] : ([["schema.cql", "CREATE TABLE"]] as const)),
    ...written,
  ]);
}

/** What makes a snapshot impossible to restore where it is missing: all but what only people read. */
export function isNeeded(key: string): boolean {
  return !key.endsWith("/schema.cql");
}

export function snapshotOf(type: CassySnapshot["type"] = "node"): CassySnapshot {
  return {
    clusterId: "bank-0a1b",
    snapshotId: "5c2d",
    type,
    createdMs: 1_796_000_000_000,
    dataDir: "/var/lib/cassandra/data",
    bucket: "cassy",
  };
}

/** Keys with contents, written out by hand so that they are not the product's own idea of them. */
export function uploaded(
  snapshot: CassySnapshot,
  { nodes, keyspaces }: Pick<CapturedCassandra, "nodes" | "keyspaces">,
  contents: readonly TableContent[],
): ReadonlyMap<string, string> {
  const { type, clusterId, snapshotId } = snapshot;
  const keys = nodes.flatMap(({ address }) =>
    keyspaces.flatMap(({ name, tables }) =>
      tables.flatMap((table) => {
        const content = contents.find(
          (each) => each.node === address && each.keyspace === name && each.table === table.name,
        ) ?? { keyspace: name, generations: 0 };
        const folder = `${type}-backup/${clusterId}/${snapshotId}/${address}/${name}/${table.name}-${table.id.split("-").join("")}/snapshots/${snapshotId}`;
        return [...tableFiles(content)].map(([file, text]) => [`${folder}/${file}`, text] as const);
      }),
    ),
  );
  return new Map(keys);
}

export function clusterOf(
  addresses: readonly string[],
  keyspaces: Readonly<Record<string, readonly string[]>>,
): CapturedCassandra {
  return {
    cluster: "bank",
    version: "4.1.8",
    partitioner: "org.apache.cassandra.dht.Murmur3Partitioner",
    nodes: addresses.map((address, at) => ({
      address,
      cqlAddress: address,
      hostId: `00000000-0000-4000-8000-00000000000${at}`,
      dataCenter: "dc1",
      rack: "r1",
    })),
    keyspaces: Object.entries(keyspaces).map(([name, tables], place) => ({
      name,
      replication: { class: "org.apache.cassandra.locator.NetworkTopologyStrategy", dc1: "3" },
      tables: tables.map((table, at) => ({
        name: table,
        id: `2eecd200-ec5a-11f1-b4${place}a-4b8908a909${10 + at}`,
      })),
    })),
  };
}
