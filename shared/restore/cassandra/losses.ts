import { quoted } from "../../errors/quoted.ts";
import { type ClusterKeyspace, isSystemKeyspace, type SecondaryIndex } from "./captured.ts";
import { indexText } from "./index-look.ts";
import type { CassandraPlan, PlannedCluster } from "./plan.ts";
import { boundedText } from "./refusals.ts";

/** What a restore of all nodes means beyond the discarded writes, and when another way loses less. */
export function* losses({ clusters, observed }: CassandraPlan): Generator<string> {
  if (observed)
    yield "The pause of this point was Cassy's own and only watched: that all instances were quiet at one and the same time is not proven, and was accepted by who made this plan";
  for (const cluster of clusters) yield* ofCluster(cluster);
  yield "Cassy has no TLS and asks nobody who they are: whoever reaches its port can do the same. Reach it by a network or a tunnel that nobody else can use";
}

function* ofCluster(cluster: PlannedCluster): Generator<string> {
  const { original, increments, answered } = cluster;
  const kept = original.keyspaces.filter(({ name }) => !isSystemKeyspace(name));
  // Of a strategy that counts no copies nothing can be said.
  const counted = kept.filter((each) => Number.isFinite(copiesOf(each)));
  if (counted.length > 0) yield withoutRestore(original.cluster, counted);
  yield wholesale(kept);
  yield `Users and roles of cluster "${original.cluster}" go back, too: the password that Stillpoint and the instances use must be the one of the snapshot`;
  yield "The state of lightweight transactions (system.paxos) goes back with the rows that it is about";
  const { unsavedIndexes = [] } = original;
  if (unsavedIndexes.length > 0) yield indexesText(unsavedIndexes);
  if (increments > 0) yield incrementsText(increments, original.snapshot.snapshotId);
  if (!answered)
    yield `Cluster "${original.cluster}" did not answer when this was planned, so that its nodes were not held against those of the snapshot. A node that has joined since must stay out: it would bring its rows back`;
}

/** The guide's own advice: what the other replicas still have is not worth a restore. */
function withoutRestore(cluster: string, kept: readonly ClusterKeyspace[]): string {
  const copies = Math.min(...kept.map(copiesOf));
  if (copies >= 3)
    return `Where no more than a minority of the copies was lost, such as one node of cluster "${cluster}" (every row is kept at least ${copies} times in a data center), no restore is needed: replace the node (-Dcassandra.replace_address_first_boot) and repair, which loses no write. A restore is for what all copies have lost: rows that were deleted or spoilt, or a lost quorum`;
  const few = kept.filter((each) => copiesOf(each) < 3).map(({ name }) => name);
  return `Of cluster "${cluster}", ${quoted(few)} is kept less than 3 times, so that one lost node is a lost quorum: then this restore is needed`;
}

/** The fewest copies in any data center that has some. */
function copiesOf({ replication }: ClusterKeyspace): number {
  const factors = Object.entries(replication).flatMap(([name, value]) =>
    name === "class" ? [] : [Number.parseInt(value, 10)],
  );
  return Math.min(...factors.filter((factor) => factor > 0), Number.POSITIVE_INFINITY);
}

function wholesale(kept: readonly ClusterKeyspace[]): string {
  const names = kept.map(({ name }) => name);
  return `Every table of every keyspace goes back, whether it is ScalarDB's or not: ${quoted(names)}, and Cassandra's own`;
}

function indexesText(indexes: readonly SecondaryIndex[]): string {
  return `Cassy leaves the files of secondary indexes behind: Cassandra builds ${boundedText(indexes.map(indexText))} anew while it starts, where the step before the start is done`;
}

function incrementsText(count: number, snapshotId: string): string {
  return `Cassy has ${count} ${count === 1 ? "increment" : "increments"} of snapshot "${snapshotId}", which are not restored: they were taken outside of any pause, and a cluster restore of them has lost rows and called itself COMPLETED`;
}
