import type { UnsavedIndex } from "./captured.ts";
import { addressesOf, type CassandraPlan, type PlannedCluster, quoted } from "./plan.ts";

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

/** What people do now, one sentence for each cluster. */
export function commandsToStart({ clusters }: Pick<CassandraPlan, "clusters">): readonly string[] {
  return clusters.map(
    ({ original }) =>
      `Cassy has restored the files of cluster "${original.cluster}". Give them to the user that Cassandra runs as (chown -R, Cassy wrote them as its SSH user), then start Cassandra on ${quoted(addressesOf(original.nodes))}, the seeds first, all of them. Leave the instances stopped`,
  );
}

/** What people do on one node after the other, once it has ended. */
export function commandsToRepair(nodes: readonly string[]): readonly string[] {
  return nodes.map((node) => `nodetool repair -pr  # on ${node}, once the one before has ended`);
}

/** Cassandra takes an index for built of which no file came back. */
export function commandsToRebuild(indexes: readonly UnsavedIndex[]): readonly string[] {
  return indexes.map(
    ({ keyspace, table, name }) => `nodetool rebuild_index ${keyspace} ${table} ${name}  # on every node`,
  );
}
