import * as z from "zod";

const node = z.strictObject({
  /** By which the nodes, and Cassy, know it. */
  address: z.string(),
  /** Where it answers in CQL. */
  cqlAddress: z.string(),
  hostId: z.string(),
  dataCenter: z.string(),
  rack: z.string(),
});
export type ClusterNode = Readonly<z.infer<typeof node>>;

const keyspace = z.strictObject({
  name: z.string(),
  /** As its schema has it, such as `{ class: "...NetworkTopologyStrategy", dc1: "3" }`. */
  replication: z.record(z.string(), z.string()),
  /** A table that is made again under its name has another id. */
  tables: z.array(z.strictObject({ name: z.string(), id: z.string() })),
});
export type ClusterKeyspace = Readonly<z.infer<typeof keyspace>>;

/** The snapshot that Cassy took, and where it uploads it to. */
export const CassySnapshot = z.strictObject({
  /** Cassy's id of the cluster, a new one for every registration. */
  clusterId: z.string(),
  snapshotId: z.string(),
  /** What Cassy calls it by; a cluster restore wants the second kind. */
  type: z.enum(["node", "cluster"]),
  /** On Cassy's clock, in ms. */
  createdMs: z.number(),
  dataDir: z.string(),
  bucket: z.string(),
});
export type CassySnapshot = Readonly<z.infer<typeof CassySnapshot>>;

/** What was seen in the bucket of one node's snapshot. */
export const NodeUpload = z.strictObject({ address: z.string(), files: z.number().int(), bytes: z.number() });
export type NodeUpload = Readonly<z.infer<typeof NodeUpload>>;

/** Whose files Cassy leaves behind, while it takes along that they are built: they find nothing until rebuilt. */
const index = z.strictObject({ keyspace: z.string(), table: z.string(), name: z.string() });
export type SecondaryIndex = Readonly<z.infer<typeof index>>;

/** What a restore point keeps of a Cassandra cluster. */
export const CapturedCassandra = z.strictObject({
  cluster: z.string(),
  /** Of Cassandra. */
  version: z.string(),
  partitioner: z.string(),
  nodes: z.array(node),
  /** All of them, Cassandra's own among them: nodes are restored to empty directories. */
  keyspaces: z.array(keyspace),
  snapshot: CassySnapshot.exactOptional(),
  /** Once every file was seen in the bucket. */
  uploads: z.array(NodeUpload).exactOptional(),
  /** Secondary indexes, known with the uploads. */
  unsavedIndexes: z.array(index).exactOptional(),
});
export type CapturedCassandra = Readonly<z.infer<typeof CapturedCassandra>>;

/** Cassandra's own keyspaces: they hold the schema, the tokens and the roles, and none of ScalarDB's rows. */
export function isSystemKeyspace(name: string): boolean {
  return name === "system" || name.startsWith("system_");
}

/** `keyspace.table` of everything that is not Cassandra's own. */
export function tablesOf({ keyspaces }: Pick<CapturedCassandra, "keyspaces">): readonly string[] {
  return keyspaces
    .filter(({ name }) => !isSystemKeyspace(name))
    .flatMap(({ name, tables }) => tables.map((table) => `${name}.${table.name}`));
}
