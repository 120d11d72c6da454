import type { Registration } from "./cassy.ts";
import type { ClusterState } from "./cluster.ts";

/**
 * Why a snapshot by this registration would not be one of this cluster: whatever is not on Cassy's list when it is
 * registered is never backed up, and never missed by Cassy either.
 */
export function registrationProblems(
  { cluster, nodes, keyspaces }: ClusterState,
  registered: Registration,
): readonly string[] {
  if (registered.clusterName !== cluster)
    return [
      `Cassy's cassandraHost is a node of cluster "${registered.clusterName}", and contactPoints are nodes of cluster "${cluster}": name nodes of one cluster`,
    ];
  const addresses = nodes.map(({ address }) => address);
  const names = keyspaces.map(({ name }) => name);
  return [
    ...lacking(addresses, registered.nodes).map(
      (address) =>
        `Cassy does not see node "${address}" and would not back it up: see that it is up (nodetool status)`,
    ),
    ...lacking(registered.nodes, addresses).map(
      (address) => `Cassy lists node "${address}", which the cluster does not know`,
    ),
    ...lacking(names, registered.keyspaces).map(
      (name) => `Cassy does not see keyspace "${name}" and would not back it up`,
    ),
    ...lacking(registered.keyspaces, names).map(
      (name) => `Cassy lists keyspace "${name}", which the cluster does not have: its snapshots would fail`,
    ),
    ...keyspaces
      .filter(({ tables }) => tables.length === 0)
      .map(
        ({ name }) =>
          `keyspace "${name}" has no tables, and so no folder, at which Cassy's uploads break off: drop it, or make a table in it`,
      ),
  ];
}

function lacking(wanted: readonly string[], there: readonly string[]): readonly string[] {
  const known = new Set(there);
  return wanted.filter((each) => !known.has(each));
}
