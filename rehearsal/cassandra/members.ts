import { type Consistency, refuseUnlessAlive, requiredOf } from "./consistency.ts";
import { tokenOf } from "./murmur3.ts";
import { type Ring, replicationFactor } from "./ring.ts";
import { isLocal, type Keyspace, type Table, type TableIndex } from "./schema.ts";
import type { NodeStorage } from "./storage/node-storage.ts";
import {
  byToken,
  mergedPartition,
  type Partition,
  type Partitions,
  type Timestamp,
  type Update,
} from "./storage/rows.ts";

/** A node that is up. */
export interface LiveNode {
  readonly address: string;
  readonly storage: NodeStorage;
}

export interface SchemaChange {
  readonly change: "CREATED" | "UPDATED" | "DROPPED";
  readonly keyspace: string;
  /** The keyspace itself where there is none. */
  readonly table?: string;
}

/** The nodes of a cluster, as the one sees them that coordinates a request. */
export interface Members {
  live(): readonly LiveNode[];
  ring(): Ring;
  readonly clock: () => Timestamp;
  /** Once every live node has it. */
  schemaChanged(change: SchemaChange): void;
}

interface Replicas {
  readonly live: readonly LiveNode[];
  readonly count: number;
}

/** The coordinator first, where it is one of them. */
function replicasOf(members: Members, coordinator: LiveNode, keyspace: Keyspace, key: Buffer): Replicas {
  if (isLocal(keyspace)) return { live: [coordinator], count: 1 };
  const addresses = members.ring().replicas(tokenOf(key), replicationFactor(keyspace));
  return { live: liveOf(members, coordinator, addresses), count: addresses.length };
}

function liveOf(members: Members, coordinator: LiveNode, addresses: readonly string[]): readonly LiveNode[] {
  const live = members.live().filter(({ address }) => addresses.includes(address));
  return [...live.filter((node) => node === coordinator), ...live.filter((node) => node !== coordinator)];
}

export interface Place {
  readonly members: Members;
  readonly coordinator: LiveNode;
  readonly keyspace: Keyspace;
  readonly table: Table;
}

interface PartitionRead {
  readonly key: Buffer;
  readonly level: Consistency;
  readonly row?: string;
  /** By which it is read: each replica has its own. */
  readonly index?: TableIndex;
}

/** What as many replicas as the level wants have of a partition; one row of it, or all. */
export function readPartition(
  { members, coordinator, keyspace, table }: Place,
  { key, level, row, index }: PartitionRead,
): Partition | undefined {
  const { live, count } = replicasOf(members, coordinator, keyspace, key);
  const required = requiredOf(level, count);
  refuseUnlessAlive(level, required, live.length);
  const asked = live
    .slice(0, required)
    .map(({ storage }) =>
      index === undefined ? storage.partition(table, key) : storage.partitionBy(index, table, key),
    );
  return mergedPartition(asked, row);
}

/** Every live replica gets it; refused where they are too few. */
export function writePartition(place: Place, update: Update, level: Consistency): void {
  const { members, coordinator, keyspace, table } = place;
  const { live, count } = replicasOf(members, coordinator, keyspace, update.key);
  refuseUnlessAlive(level, requiredOf(level, count), live.length);
  for (const { storage } of live) storage.write(table, update);
}

/** The keys of all partitions, in the order of their tokens; refused where some range has too few nodes. */
export function keysOf(
  { members, coordinator, keyspace, table }: Place,
  level: Consistency,
): readonly Partition[] {
  if (isLocal(keyspace)) return coordinator.storage.partitions(table).inOrder();
  for (const group of members.ring().groups(replicationFactor(keyspace)))
    refuseUnlessAlive(level, requiredOf(level, group.length), liveOf(members, coordinator, group).length);
  return united(members.live().map(({ storage }) => storage.partitions(table)));
}

/** Each key once. All have the same ones, unless a node was down for a while. */
function united(all: readonly Partitions[]): readonly Partition[] {
  const [first, ...rest] = all;
  const keys = [...(first?.inOrder() ?? [])];
  const missing = new Map<string, Partition>();
  for (const other of rest)
    for (const partition of other.inOrder())
      if (first?.get(partition.key) === undefined) missing.set(partition.key.toString("latin1"), partition);
  return missing.size === 0 ? keys : [...keys, ...missing.values()].sort(byToken);
}
