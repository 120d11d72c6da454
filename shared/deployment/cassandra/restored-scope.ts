import type { ClusterState } from "../../databases/cassandra/cluster.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { type ClusterKeyspace, isSystemKeyspace } from "../../restore/cassandra/captured.ts";
import type { CassandraPlan, PlannedCluster } from "../../restore/cassandra/plan.ts";
import { boundedText } from "../../restore/cassandra/refusals.ts";
import type { Scope, ScopedTable } from "../../verify/scope.ts";
import type { Subject } from "../../verify/subject.ts";
import { canonicalJson } from "../../workflow/canonical-json.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { frameOf } from "../verify-frame.ts";
import { liveClusterTables } from "./scope.ts";

/** What was restored, held against the schema of the snapshot. */
export async function restoredScope(open: OpenDeployment, plan: CassandraPlan): Promise<Scope> {
  const tables = await Promise.all(plan.clusters.map((cluster) => restoredTables(open, plan, cluster)));
  return { ...frameOf(open, plan.run, subjectOf(plan)), tables: tables.flat() };
}

/** Of a pause that was only watched nothing is known but that it was there. */
function subjectOf({ window }: CassandraPlan): Subject {
  return window ? { kind: "dump", basis: "window", window, stored: "files" } : { kind: "copy" };
}

async function restoredTables(
  open: OpenDeployment,
  { run }: CassandraPlan,
  { database, original }: PlannedCluster,
): Promise<readonly ScopedTable[]> {
  const cassandra = open.cassandra(database);
  const now = await (await cassandra.cluster()).describe();
  refuseOtherTables(original, now, run);
  return liveClusterTables(database, cassandra);
}

/** A table that was made again under its name is another one, without the files that were restored. */
function refuseOtherTables(original: PlannedCluster["original"], now: ClusterState, run: string): void {
  const was = idsOf(original.keyspaces);
  const is = idsOf(now.keyspaces);
  const lost = [...was]
    .filter(([name, id]) => is.get(name) !== id)
    .map(([name]) => `"${name}" is ${is.has(name) ? "another table" : "not there"}`);
  const come = [...is].filter(([name]) => !was.has(name)).map(([name]) => `"${name}" is not in the snapshot`);
  if (lost.length + come.length === 0) return;
  throw new StillpointError(
    "COPY_DISPROVEN",
    `cluster "${original.cluster}" does not have the tables of snapshot "${original.snapshot.snapshotId}": ${boundedText([...lost, ...come])}. A directory was not empty when Cassy restored to it, or somebody has changed the schema since. Do not start the instances. Stop the nodes, move all of their directories aside, and plan the same point again after stillpoint restore abandon ${run}. What was moved aside before is where you have put it`,
  );
}

function idsOf(keyspaces: readonly ClusterKeyspace[]): ReadonlyMap<string, string> {
  return new Map(
    keyspaces
      .filter(({ name }) => !isSystemKeyspace(name))
      .flatMap(({ name, tables }) => tables.map((table) => [`${name}.${table.name}`, table.id] as const)),
  );
}

/** How keyspaces are kept otherwise than when the snapshot was taken. */
export async function compareClusters(
  open: OpenDeployment,
  { clusters }: CassandraPlan,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const found = await Promise.all(
    clusters.map(async ({ database, original }) => {
      const now = await (await open.cassandra(database).cluster()).describe();
      return original.keyspaces.flatMap((keyspace) => {
        const is = now.keyspaces.find(({ name }) => name === keyspace.name);
        return replicationDifference(database, keyspace, is);
      });
    }),
  );
  return Object.fromEntries(found.flat());
}

function replicationDifference(
  database: string,
  was: ClusterKeyspace,
  is: ClusterKeyspace | undefined,
): readonly (readonly [string, readonly string[]])[] {
  const [before, after] = [canonicalJson(was.replication), canonicalJson(is?.replication ?? {})];
  if (before === after) return [];
  return [[`${database}: ${was.name}`, [`replication: was ${before}, is ${after}`]]];
}
