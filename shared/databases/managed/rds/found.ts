import type { DBCluster, DBInstance, Filter, Tag } from "@aws-sdk/client-rds";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import { RUN_TAG } from "../../../restore/managed/settings.ts";
import type { RdsConnection } from "./connection.ts";
import { attempt, unlessAbsent } from "./refusal.ts";

/** A server as the service answers it: an instance, or a cluster with the instances that it has now. */
export type Found =
  | { readonly kind: "rds"; readonly instance: DBInstance }
  | { readonly kind: "aurora"; readonly cluster: DBCluster; readonly instances: readonly DBInstance[] };

export type Kind = Found["kind"];

/** A page holds a hundred; a cluster has at most sixteen instances. */
const MOST_PAGES = 50;

/** By its name, or by its resource id; undefined where there is none. */
export type Wanted = { readonly name: string } | { readonly resourceId: string };

export function read(connection: RdsConnection, kind: Kind, wanted: Wanted): Promise<Found | undefined> {
  return kind === "rds" ? readServer(connection, wanted) : readCluster(connection, wanted);
}

export async function readInstance(connection: RdsConnection, name: string): Promise<DBInstance | undefined> {
  const [instance] = await readInstances(connection, { DBInstanceIdentifier: name });
  return instance;
}

async function readServer(connection: RdsConnection, wanted: Wanted): Promise<Found | undefined> {
  const [instance] = await readInstances(
    connection,
    "name" in wanted
      ? { DBInstanceIdentifier: wanted.name }
      : { Filters: [{ Name: "dbi-resource-id", Values: [wanted.resourceId] }] },
  );
  return instance && { kind: "rds", instance };
}

async function readCluster(connection: RdsConnection, wanted: Wanted): Promise<Found | undefined> {
  const cluster = await describeCluster(connection, wanted);
  if (cluster === undefined) return undefined;
  const name = cluster.DBClusterIdentifier ?? "";
  const instances = await readInstances(connection, { Filters: [{ Name: "db-cluster-id", Values: [name] }] });
  return { kind: "aurora", cluster, instances: inOrder(cluster, instances) };
}

async function describeCluster(connection: RdsConnection, wanted: Wanted): Promise<DBCluster | undefined> {
  const [{ DescribeDBClustersCommand }, client] = await Promise.all([
    import("@aws-sdk/client-rds"),
    connection.rds(),
  ]);
  const input =
    "name" in wanted
      ? { DBClusterIdentifier: wanted.name }
      : { Filters: [{ Name: "db-cluster-resource-id", Values: [wanted.resourceId] }] };
  const found = await attempt("describe cluster", subjectOf(wanted), () =>
    unlessAbsent(() => client.send(new DescribeDBClustersCommand(input))),
  );
  return found?.DBClusters?.[0];
}

function subjectOf(wanted: Wanted): string {
  return "name" in wanted ? wanted.name : wanted.resourceId;
}

interface Asked {
  readonly DBInstanceIdentifier?: string;
  readonly Filters?: Filter[];
}

async function readInstances(connection: RdsConnection, asked: Asked): Promise<readonly DBInstance[]> {
  const [{ DescribeDBInstancesCommand }, client] = await Promise.all([
    import("@aws-sdk/client-rds"),
    connection.rds(),
  ]);
  const subject = asked.DBInstanceIdentifier ?? asked.Filters?.[0]?.Values?.join() ?? "";
  const instances: DBInstance[] = [];
  let marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const found = await attempt("describe instances", subject, () =>
      unlessAbsent(() =>
        client.send(new DescribeDBInstancesCommand({ ...asked, ...(marker && { Marker: marker }) })),
      ),
    );
    instances.push(...(found?.DBInstances ?? []));
    marker = found?.Marker;
    if (!marker) return instances;
  }
  throw new StillpointError(
    "DATABASE_REFUSED",
    `there are more than ${instances.length} instances of "${subject}"`,
  );
}

/** The writer first, then those that would become it first. */
function inOrder(cluster: DBCluster, instances: readonly DBInstance[]): readonly DBInstance[] {
  const rank = (instance: DBInstance) =>
    isWriter(cluster, instance) ? -1 : (instance.PromotionTier ?? Number.POSITIVE_INFINITY);
  return [...instances].sort(
    (one, other) =>
      rank(one) - rank(other) ||
      ((one.DBInstanceIdentifier ?? "") < (other.DBInstanceIdentifier ?? "") ? -1 : 1),
  );
}

export function isWriter(
  { DBClusterMembers = [] }: DBCluster,
  { DBInstanceIdentifier }: DBInstance,
): boolean {
  return DBClusterMembers.some(
    (member) => member.DBInstanceIdentifier === DBInstanceIdentifier && member.IsClusterWriter,
  );
}

/** What both kinds have, under one name each. */
export interface Plain {
  readonly name: string;
  readonly arn: string;
  readonly resourceId: string;
  readonly status: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly engine: string;
}

export function plain(found: Found): Plain {
  if (found.kind === "rds") return plainInstance(found.instance);
  const { cluster } = found;
  return {
    name: cluster.DBClusterIdentifier ?? "",
    arn: cluster.DBClusterArn ?? "",
    resourceId: cluster.DbClusterResourceId ?? "",
    status: cluster.Status ?? "unknown",
    tags: tagsOf(cluster.TagList),
    engine: cluster.Engine ?? "",
  };
}

export function plainInstance(instance: DBInstance): Plain {
  return {
    name: instance.DBInstanceIdentifier ?? "",
    arn: instance.DBInstanceArn ?? "",
    resourceId: instance.DbiResourceId ?? "",
    status: instance.DBInstanceStatus ?? "unknown",
    tags: tagsOf(instance.TagList),
    engine: instance.Engine ?? "",
  };
}

/** Tags of AWS's own, such as those of a CloudFormation stack, can be given by nobody else. */
const OF_AWS = "aws:";

function tagsOf(list: readonly Tag[] = []): Readonly<Record<string, string>> {
  const own = list.map(({ Key = "", Value = "" }) => [Key, Value] as const);
  return Object.fromEntries(own.filter(([key]) => !key.startsWith(OF_AWS)));
}

/** As the service takes them, marked as this run's. */
export function tagList(tags: Readonly<Record<string, string>>, run: string): Tag[] {
  return Object.entries({ ...tags, [RUN_TAG]: run }).map(([Key, Value]) => ({ Key, Value }));
}

export function isOfRun({ tags }: Pick<Plain, "tags">, run: string): boolean {
  return tags[RUN_TAG] === run;
}
