import type { Reach } from "../../../restore/managed/plan.ts";
import type { ManagedWorth } from "../service.ts";
import { dialectOf } from "./engine.ts";
import { type Found, plain } from "./found.ts";

/** In which a server takes in what is written, and is backed up. */
const AT_WORK = new Set([
  "available",
  "backing-up",
  "storage-optimization",
  "configuring-enhanced-monitoring",
  "configuring-log-exports",
  "configuring-iam-database-auth",
]);

/** What a backup of it is worth. The service takes it in some minutes after the pause. */
export function worth(found: Found, reach: Reach | undefined): ManagedWorth {
  const { name, resourceId } = plain(found);
  return {
    artifact: "pending",
    identity: [`${name} ${resourceId}`],
    problems: [...problemsOf(found, reach)],
    coveredFromSecond: reach?.earliestSecond ?? 0,
  };
}

function* problemsOf(found: Found, reach: Reach | undefined): Generator<string> {
  const { name, status, engine } = plain(found);
  const what = found.kind === "rds" ? `instance "${name}"` : `cluster "${name}"`;
  if (!AT_WORK.has(status)) yield `${what} is ${status}: a backup wants it available`;
  if (dialectOf(engine) === undefined)
    yield `${what} runs ${engine}: ScalarDB works on PostgreSQL, MySQL and MariaDB`;
  yield* found.kind === "rds" ? instanceProblems(what, found.instance) : clusterProblems(what, found);
  if (retentionOf(found) === 0) yield `${what} has no automated backups (retention of 0 days)`;
  else if (reach === undefined)
    yield `${what} cannot be restored to any time yet: its first backup is not there`;
}

function* instanceProblems(
  what: string,
  instance: Extract<Found, { kind: "rds" }>["instance"],
): Generator<string> {
  const { DBClusterIdentifier: cluster, ReadReplicaSourceDBInstanceIdentifier: source } = instance;
  if (cluster) yield `${what} belongs to cluster "${cluster}": name the cluster, with service "aurora"`;
  if (source) yield `${what} is a read replica of "${source}": name the server that is written to`;
}

function* clusterProblems(
  what: string,
  { cluster, instances }: Extract<Found, { kind: "aurora" }>,
): Generator<string> {
  if (!cluster.Engine?.startsWith("aurora")) yield `${what} is a Multi-AZ cluster of RDS, not one of Aurora`;
  if (cluster.EngineMode === "serverless")
    yield `${what} is of the first Aurora Serverless, which has no instances`;
  else if (instances.length === 0) yield `${what} has no instances`;
  if (cluster.ReplicationSourceIdentifier)
    yield `${what} is a replica of "${cluster.ReplicationSourceIdentifier}": name the cluster that is written to`;
}

function retentionOf(found: Found): number {
  return (found.kind === "rds" ? found.instance : found.cluster).BackupRetentionPeriod ?? 0;
}
