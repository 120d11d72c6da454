import { quoted } from "../../errors/quoted.ts";
import type { SecondaryIndex } from "./captured.ts";
import { indexText } from "./index-look.ts";
import { addressesOf, type CassandraPlan, type PlannedCluster } from "./plan.ts";
import { boundedText } from "./refusals.ts";

/** What a directory that is moved aside ends with, so that nobody takes it for one of another day. */
export function asideSuffix(run: string): string {
  return `.before-${run.slice(-8)}`;
}

/** What people do on every node before Cassy restores, as a sentence. */
export function toMoveAside({ original }: PlannedCluster, run: string): string {
  const { dataDir } = original.snapshot;
  const aside = `${dataDir}${asideSuffix(run)}`;
  return `mv ${dataDir} ${aside}, then make ${dataDir} anew, empty and the same user's; likewise every other data directory of cassandra.yaml, and its commitlog_directory, hints_directory, saved_caches_directory and cdc_raw_directory`;
}

/** What people do on every node between Cassy and the start, where the snapshot has secondary indexes. */
export function toForgetIndexes({ original }: PlannedCluster): string | undefined {
  const { snapshot, unsavedIndexes = [] } = original;
  if (unsavedIndexes.length === 0) return undefined;
  return `Before the start, remove on every node what Cassy has put into its folder of built indexes: rm -r ${snapshot.dataDir}/system/IndexInfo-*. It says that ${boundedText(unsavedIndexes.map(indexText))} are built, whose files Cassy leaves behind: with it they find nothing, and nobody is told; without it Cassandra builds them while it starts, and nothing else changes`;
}

/** What people do now, one sentence for each cluster. */
export function commandsToStart({ clusters }: Pick<CassandraPlan, "clusters">): readonly string[] {
  return clusters.map((cluster) => {
    const { original } = cluster;
    const forget = [toForgetIndexes(cluster)].flatMap((text) => (text === undefined ? [] : [`${text}. `]));
    return `Cassy has restored the files of cluster "${original.cluster}". ${forget.join("")}Give the files to the user that Cassandra runs as (chown -R, Cassy wrote them as its SSH user), then start Cassandra on ${quoted(addressesOf(original.nodes))}, the seeds first, all of them. Leave the instances stopped`;
  });
}

/** What people do on one node after the other, once it has ended. */
export function commandsToRepair(nodes: readonly string[]): readonly string[] {
  return nodes.map((node) => `nodetool repair -pr  # on ${node}, once the one before has ended`);
}

/** Cassandra takes an index for built of which no file came back: on every node, one after the other. */
export function commandsToRebuild(indexes: readonly SecondaryIndex[]): readonly string[] {
  return indexes.map(({ keyspace, table, name }) => `nodetool rebuild_index ${keyspace} ${table} ${name}`);
}
