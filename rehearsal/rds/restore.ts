import { clusterWire, instanceWire, reachOf } from "./describe.ts";
import { fieldsOf } from "./fields.ts";
import { find, instancesOf, refuseTaken } from "./lookup.ts";
import { type Input, text } from "./query.ts";
import { refuse } from "./refusal.ts";
import { begin, type Resource } from "./resource.ts";
import type { Actions, GroupKind, World } from "./world.ts";

/** What a restored instance is set to unless it is told otherwise: it has the data of its source, and little else. */
function bareInstance({ fields }: Resource): Record<string, unknown> {
  const { Engine, EngineVersion, DBInstanceClass, StorageType, AllocatedStorage, Iops, StorageThroughput } =
    fields;
  const { MasterUsername, KmsKeyId, StorageEncrypted, BackupRetentionPeriod, Endpoint, LicenseModel } =
    fields;
  return {
    ...{ Engine, EngineVersion, DBInstanceClass, StorageType, AllocatedStorage, Iops, StorageThroughput },
    ...{ MasterUsername, KmsKeyId, StorageEncrypted, BackupRetentionPeriod, LicenseModel },
    Endpoint: { Port: (Endpoint as { Port?: unknown } | undefined)?.Port },
    PreferredBackupWindow: "13:00-13:30",
    PreferredMaintenanceWindow: "mon:03:00-mon:03:30",
    VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-default", Status: "active" }],
    DBParameterGroups: [{ DBParameterGroupName: `default.${Engine}16`, ParameterApplyStatus: "in-sync" }],
    OptionGroupMemberships: [{ OptionGroupName: `default:${Engine}-16`, Status: "in-sync" }],
    DBSubnetGroup: { DBSubnetGroupName: "default" },
    AvailabilityZone: "ap-northeast-1a",
    MultiAZ: "false",
    DeletionProtection: "false",
    CopyTagsToSnapshot: "false",
    PubliclyAccessible: "false",
    AutoMinorVersionUpgrade: "true",
    CACertificateIdentifier: "rds-ca-rsa2048-g1",
    NetworkType: "IPV4",
    DedicatedLogVolume: "false",
    MonitoringInterval: "0",
    PerformanceInsightsEnabled: "false",
    DatabaseInsightsMode: "standard",
  };
}

function bareCluster({ fields }: Resource): Record<string, unknown> {
  const { Engine, EngineVersion, EngineMode, MasterUsername, KmsKeyId, StorageEncrypted, Port } = fields;
  return {
    ...{ Engine, EngineVersion, EngineMode, MasterUsername, KmsKeyId, StorageEncrypted, Port },
    BackupRetentionPeriod: fields["BackupRetentionPeriod"],
    PreferredBackupWindow: "13:00-13:30",
    PreferredMaintenanceWindow: "mon:03:00-mon:03:30",
    VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-default", Status: "active" }],
    DBClusterParameterGroup: `default.${Engine}16`,
    DBSubnetGroup: "default",
    StorageType: "aurora",
    NetworkType: "IPV4",
    DeletionProtection: "false",
    CopyTagsToSnapshot: "false",
    DatabaseInsightsMode: "standard",
  };
}

function restoreInstance(world: World, input: Input): object {
  const source = find(world, "instance", text(input["SourceDBInstanceIdentifier"]) ?? "");
  const name = text(input["TargetDBInstanceIdentifier"]) ?? "";
  const atMs = Date.parse(text(input["RestoreTime"]) ?? "");
  refuseTaken(world, "instance", name);
  refuseTime(world, source, atMs);
  refuseGroups(world, input);
  refuseTogether(input, source);
  refuseFull(
    world,
    "DBInstances",
    world.resources.filter((one) => one.kind === "instance" && !one.gone).length,
  );
  const fields = fieldsOf(input, bareInstance(source), "instance", "in-sync");
  const made = born(world, "instance", name, fields);
  const { restoreMs, backUpMs } = world.pace;
  begin(made, world.clock.now(), [
    { status: "creating", ms: restoreMs },
    { status: "backing-up", ms: backUpMs },
  ]);
  bringData(world, { source, made, atMs });
  return { DBInstance: instanceWire(world, made) };
}

function restoreCluster(world: World, input: Input): object {
  const source = find(world, "cluster", text(input["SourceDBClusterIdentifier"]) ?? "");
  const name = text(input["DBClusterIdentifier"]) ?? "";
  const atMs = Date.parse(text(input["RestoreToTime"]) ?? "");
  refuseTaken(world, "cluster", name);
  refuseTime(world, source, atMs);
  refuseGroups(world, input);
  const fields = fieldsOf(input, bareCluster(source), "cluster", "in-sync");
  const made = born(world, "cluster", name, fields);
  begin(made, world.clock.now(), [{ status: "creating", ms: world.pace.restoreMs }]);
  bringData(world, { source, made, atMs });
  return { DBCluster: clusterWire(world, made) };
}

/** An instance of a cluster: the first one is written to. */
function createInstance(world: World, input: Input): object {
  const name = text(input["DBInstanceIdentifier"]) ?? "";
  const cluster = find(world, "cluster", text(input["DBClusterIdentifier"]) ?? "");
  refuseTaken(world, "instance", name);
  refuseGroups(world, input);
  if (text(input["Engine"]) !== cluster.fields["Engine"])
    refuse("InvalidParameterCombination", `The engine of ${cluster.name} is ${cluster.fields["Engine"]}.`);
  if (cluster.phases.length > 0) refuse("InvalidDBClusterStateFault", `${cluster.name} is not available.`);
  const index = instancesOf(world, cluster.name).length;
  const bare = {
    Engine: cluster.fields["Engine"],
    PromotionTier: "1",
    AvailabilityZone: `ap-northeast-1${index === 0 ? "a" : "c"}`,
    DBParameterGroups: [{ DBParameterGroupName: "default.aurora16", ParameterApplyStatus: "in-sync" }],
    PreferredMaintenanceWindow: "tue:03:00-tue:03:30",
    CACertificateIdentifier: "rds-ca-rsa2048-g1",
    AutoMinorVersionUpgrade: "true",
    PubliclyAccessible: "false",
    MonitoringInterval: "0",
    PerformanceInsightsEnabled: "false",
  };
  const made = born(world, "instance", name, {
    ...fieldsOf(input, bare, "instance", "in-sync"),
    DBClusterIdentifier: cluster.name,
  });
  begin(made, world.clock.now(), [{ status: "creating", ms: world.pace.createMs }]);
  return { DBInstance: instanceWire(world, made) };
}

export function born(
  world: World,
  kind: Resource["kind"],
  name: string,
  fields: Record<string, unknown>,
): Resource {
  const nowMs = world.clock.now();
  const id = `${kind === "instance" ? "db" : "cluster"}-${String(++world.births).padStart(8, "0")}`;
  const created = kind === "instance" ? "InstanceCreateTime" : "ClusterCreateTime";
  const resource: Resource = {
    kind,
    id,
    name,
    fields: { [created]: new Date(nowMs), ...fields },
    phases: [],
    listedFromMs: nowMs + world.pace.listedMs,
    bornMs: nowMs,
    gone: false,
  };
  world.resources.push(resource);
  return resource;
}

interface Bringing {
  readonly source: Resource;
  readonly made: Resource;
  readonly atMs: number;
}

/** It stays in creation until its data is there; what goes wrong is the service's own failure. */
function bringData({ backing, background, failures }: World, { source, made, atMs }: Bringing): void {
  if (backing === undefined) return;
  const [creating, ...rest] = made.phases;
  made.phases = [{ status: "creating", untilMs: Number.POSITIVE_INFINITY }];
  const bringing = backing.restore(source.id, made.name, atMs / 1000).then(
    (place) => {
      made.place = place;
      made.phases = creating ? [creating, ...rest] : rest;
    },
    (error) => {
      failures.push(String(error));
      made.phases = [{ status: "restore-error", untilMs: Number.POSITIVE_INFINITY }];
    },
  );
  background.add(bringing);
}

function refuseTime(world: World, source: Resource, atMs: number): void {
  const reach = reachOf(world, source);
  if (reach === undefined)
    refuse("PointInTimeRestoreNotEnabled", `Automated backups are not enabled for ${source.name}.`);
  const { earliestMs, latestMs } = reach;
  if (Number.isNaN(atMs) || atMs < earliestMs || atMs > latestMs)
    refuse(
      "InvalidParameterValue",
      `The specified time is not within ${new Date(earliestMs).toISOString()} and ${new Date(latestMs).toISOString()}.`,
    );
}

const GROUPS: readonly (readonly [name: string, kind: GroupKind, code: string])[] = [
  ["DBSubnetGroupName", "subnet", "DBSubnetGroupNotFoundFault"],
  ["DBParameterGroupName", "parameter", "DBParameterGroupNotFound"],
  ["DBClusterParameterGroupName", "clusterParameter", "DBClusterParameterGroupNotFound"],
  ["OptionGroupName", "option", "OptionGroupNotFoundFault"],
];

function refuseGroups({ groups }: World, input: Input): void {
  for (const [name, kind, code] of GROUPS) {
    const wanted = text(input[name]);
    if (wanted !== undefined && !wanted.startsWith("default") && !groups[kind].has(wanted))
      refuse(code, `${name} ${wanted} not found.`, 404);
  }
}

const STRIPED_GIB = 400;

function refuseTogether(input: Input, { fields }: Resource): void {
  if (text(input["MultiAZ"]) === "true" && input["AvailabilityZone"] !== undefined)
    refuse("InvalidParameterCombination", "You can't specify AvailabilityZone if MultiAZ is true.");
  const type = text(input["StorageType"]) ?? fields["StorageType"];
  const size = Number(text(input["AllocatedStorage"]) ?? fields["AllocatedStorage"]);
  const speeds = input["Iops"] !== undefined || input["StorageThroughput"] !== undefined;
  if (type === "gp3" && size < STRIPED_GIB && speeds)
    refuse(
      "InvalidParameterCombination",
      "You can't specify IOPS or storage throughput for a storage size less than 400.",
    );
}

function refuseFull({ quotas }: World, name: string, used: number): void {
  if (used >= (quotas.get(name) ?? Number.POSITIVE_INFINITY))
    refuse("InstanceQuotaExceeded", `The quota ${name} is exceeded.`);
}

export const RESTORE: Actions = {
  RestoreDBInstanceToPointInTime: restoreInstance,
  RestoreDBClusterToPointInTime: restoreCluster,
  CreateDBInstance: createInstance,
};
