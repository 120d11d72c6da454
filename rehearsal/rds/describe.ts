import { instancesOf, page, selected } from "./lookup.ts";
import { type Input, text } from "./query.ts";
import { type Resource, statusOf } from "./resource.ts";
import type { Actions, World } from "./world.ts";

const DAY_MS = 86_400_000;

/** Until when it can be restored: its whole life, as far as retention reaches back. */
export function reachOf(
  { clock, pace }: World,
  { bornMs, fields }: Resource,
): { readonly earliestMs: number; readonly latestMs: number } | undefined {
  const days = Number(fields["BackupRetentionPeriod"] ?? 0);
  const nowMs = clock.now();
  const latestMs = Math.floor((nowMs - pace.latestDelayMs) / 1000) * 1000;
  if (days === 0 || latestMs < bornMs) return undefined;
  return { earliestMs: Math.max(bornMs, nowMs - days * DAY_MS), latestMs };
}

function describeInstances(world: World, input: Input): object {
  const { some, next } = page(selected(world, "instance", input), text(input["Marker"]));
  return { DBInstances: some.map((one) => instanceWire(world, one)), ...(next && { Marker: next }) };
}

export function instanceWire(world: World, resource: Resource): object {
  const { name, id, fields } = resource;
  const reach = fields["DBClusterIdentifier"] ? undefined : reachOf(world, resource);
  const { Port: _, ...told } = fields;
  return {
    DBInstanceIdentifier: name,
    DBInstanceStatus: statusOf(resource),
    DbiResourceId: id,
    DBInstanceArn: `arn:aws:rds:${world.region}:000000000000:db:${name}`,
    ...told,
    Endpoint: endpointOf(world, name, fields),
    ...(reach && { LatestRestorableTime: new Date(reach.latestMs) }),
  };
}

/** A name that nobody answers to, where there is no real data behind it. */
function addressOf({ region, fronts }: World, name: string, port: unknown, kind: string): string {
  return fronts?.addressOf(name, Number(port)) ?? `${name}.${kind}.${region}.rds.amazonaws.com`;
}

function endpointOf(world: World, name: string, { Endpoint }: Record<string, unknown>): object {
  const { Port } = (Endpoint ?? {}) as { Port?: unknown };
  return { Address: addressOf(world, name, Port, "abc"), Port };
}

function describeClusters(world: World, input: Input): object {
  const { some, next } = page(selected(world, "cluster", input), text(input["Marker"]));
  return { DBClusters: some.map((one) => clusterWire(world, one)), ...(next && { Marker: next }) };
}

export function clusterWire(world: World, resource: Resource): object {
  const { name, id, fields } = resource;
  const reach = reachOf(world, resource);
  const { Endpoint: _, ...told } = fields;
  return {
    DBClusterIdentifier: name,
    Status: statusOf(resource),
    DbClusterResourceId: id,
    DBClusterArn: `arn:aws:rds:${world.region}:000000000000:cluster:${name}`,
    ...told,
    Endpoint: addressOf(world, name, fields["Port"], "cluster-abc"),
    DBClusterMembers: instancesOf(world, name).map((instance, index) => ({
      DBInstanceIdentifier: instance.name,
      // The first one that was made is written to.
      IsClusterWriter: index === 0,
      DBClusterParameterGroupStatus: "in-sync",
      PromotionTier: instance.fields["PromotionTier"],
    })),
    ...(reach && {
      EarliestRestorableTime: new Date(reach.earliestMs),
      LatestRestorableTime: new Date(reach.latestMs),
    }),
  };
}

function describeAutomatedBackups(world: World, input: Input): object {
  const id = text(input["DbiResourceId"]);
  const found = world.resources.find((one) => one.id === id && !one.gone);
  const reach = found && reachOf(world, found);
  if (found === undefined || reach === undefined) return { DBInstanceAutomatedBackups: [] };
  const RestoreWindow = { EarliestTime: new Date(reach.earliestMs), LatestTime: new Date(reach.latestMs) };
  return {
    DBInstanceAutomatedBackups: [{ DBInstanceIdentifier: found.name, DbiResourceId: id, RestoreWindow }],
  };
}

export const DESCRIBE: Actions = {
  DescribeDBInstances: describeInstances,
  DescribeDBClusters: describeClusters,
  DescribeDBInstanceAutomatedBackups: describeAutomatedBackups,
};
