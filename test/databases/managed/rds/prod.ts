import { afterEach, beforeAll } from "vitest";
import { type Rds, type RdsOptions, startRds } from "../../../../rehearsal/rds/rds.ts";
import { openRds } from "../../../../shared/databases/managed/rds/server.ts";
import type { ManagedServer } from "../../../../shared/databases/managed/service.ts";
import type { CapturedManaged } from "../../../../shared/restore/managed/captured.ts";
import { type PlannedServer, planServer } from "../../../../shared/restore/managed/plan.ts";
import type { Mode } from "../../../../shared/restore/mode.ts";

export const RUN = "restore-20261121T180000Z-0a1b2c3d";
export const LEDGER = "payments-ledger";
const ROLE = "arn:aws:iam::000000000000:role/monitoring";

/** An instance on which everything is set that a restore loses. */
export const INSTANCE = {
  Engine: "postgres",
  EngineVersion: "16.4",
  EngineLifecycleSupport: "open-source-rds-extended-support-disabled",
  DBInstanceClass: "db.r7g.large",
  MasterUsername: "scalar",
  MultiAZ: "true",
  AvailabilityZone: "ap-northeast-1c",
  DBSubnetGroup: { DBSubnetGroupName: "ledger-subnets" },
  VpcSecurityGroups: [
    { VpcSecurityGroupId: "sg-2", Status: "active" },
    { VpcSecurityGroupId: "sg-1", Status: "active" },
  ],
  DBParameterGroups: [{ DBParameterGroupName: "ledger-16", ParameterApplyStatus: "in-sync" }],
  OptionGroupMemberships: [{ OptionGroupName: "ledger-options", Status: "in-sync" }],
  PubliclyAccessible: "false",
  Endpoint: { Port: "5433" },
  StorageType: "gp3",
  AllocatedStorage: "500",
  MaxAllocatedStorage: "1000",
  Iops: "12000",
  StorageThroughput: "500",
  StorageEncrypted: "true",
  KmsKeyId: "arn:aws:kms:ap-northeast-1:000000000000:key/1",
  IAMDatabaseAuthenticationEnabled: "true",
  EnabledCloudwatchLogsExports: ["postgresql", "upgrade"],
  CopyTagsToSnapshot: "true",
  DeletionProtection: "true",
  CACertificateIdentifier: "rds-ca-ecc384-g1",
  BackupRetentionPeriod: "14",
  PreferredBackupWindow: "16:00-16:30",
  PreferredMaintenanceWindow: "sun:18:00-sun:19:00",
  AutoMinorVersionUpgrade: "false",
  LicenseModel: "postgresql-license",
  NetworkType: "DUAL",
  DedicatedLogVolume: "true",
  MonitoringInterval: "30",
  MonitoringRoleArn: ROLE,
  PerformanceInsightsEnabled: "true",
  PerformanceInsightsKMSKeyId: "arn:aws:kms:ap-northeast-1:000000000000:key/2",
  PerformanceInsightsRetentionPeriod: "465",
  DatabaseInsightsMode: "advanced",
  AssociatedRoles: [
    { RoleArn: "arn:aws:iam::000000000000:role/import", FeatureName: "s3Import", Status: "ACTIVE" },
  ],
  TagList: [
    { Key: "team", Value: "payments & ledger <1>" },
    { Key: "aws:cloudformation:stack-name", Value: "ledger" },
  ],
};

const CLUSTER = {
  Engine: "aurora-postgresql",
  EngineVersion: "16.4",
  EngineMode: "provisioned",
  MasterUsername: "scalar",
  DBSubnetGroup: "ledger-subnets",
  VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1", Status: "active" }],
  DBClusterParameterGroup: "ledger-cluster-16",
  Port: "5433",
  StorageEncrypted: "true",
  KmsKeyId: "arn:aws:kms:ap-northeast-1:000000000000:key/1",
  IAMDatabaseAuthenticationEnabled: "true",
  EnabledCloudwatchLogsExports: ["postgresql"],
  DeletionProtection: "true",
  CopyTagsToSnapshot: "true",
  StorageType: "aurora-iopt1",
  ServerlessV2ScalingConfiguration: { MinCapacity: "0.5", MaxCapacity: "16" },
  BackupRetentionPeriod: "7",
  PreferredBackupWindow: "16:00-16:30",
  PreferredMaintenanceWindow: "sun:18:00-sun:19:00",
  NetworkType: "IPV4",
  DatabaseInsightsMode: "standard",
  HttpEndpointEnabled: "true",
  AssociatedRoles: [
    { RoleArn: "arn:aws:iam::000000000000:role/import", FeatureName: "s3Import", Status: "ACTIVE" },
  ],
  TagList: [{ Key: "team", Value: "payments" }],
};

function memberOf(cluster: string, tier: string, zone: string) {
  return {
    Engine: "aurora-postgresql",
    DBClusterIdentifier: cluster,
    DBInstanceClass: "db.serverless",
    AvailabilityZone: zone,
    PubliclyAccessible: "false",
    DBParameterGroups: [{ DBParameterGroupName: "ledger-16", ParameterApplyStatus: "in-sync" }],
    CACertificateIdentifier: "rds-ca-ecc384-g1",
    AutoMinorVersionUpgrade: "false",
    PreferredMaintenanceWindow: "sat:18:00-sat:19:00",
    CopyTagsToSnapshot: "true",
    MonitoringInterval: "60",
    MonitoringRoleArn: ROLE,
    PerformanceInsightsEnabled: "true",
    PerformanceInsightsRetentionPeriod: "7",
    PromotionTier: tier,
    TagList: [{ Key: "tier", Value: tier }],
  };
}

export interface Prod {
  readonly rds: Rds;
  readonly server: ManagedServer;
}

/** A region with one server and what is beside it, and a way to ask it. */
export async function prod(kind: "rds" | "aurora", options: RdsOptions = {}): Promise<Prod> {
  const rds = await startRds({ pace: QUICK, ...options });
  const { world } = rds;
  world.groups.subnet.add("ledger-subnets");
  world.groups.parameter.add("ledger-16");
  world.groups.clusterParameter.add("ledger-cluster-16");
  world.groups.option.add("ledger-options");
  world.subscriptions.push({ name: "everything", type: "db-instance", sources: ["other", LEDGER] });
  world.subscriptions.push({ name: "others", type: "db-instance", sources: ["other"] });
  world.proxies.set("unrelated", ["other"]);
  world.proxies.set("ledger-proxy", [LEDGER]);
  const dimension = kind === "rds" ? "DBInstanceIdentifier" : "DBClusterIdentifier";
  for (const [name, value] of [
    ["ledger-cpu", LEDGER],
    ["other-cpu", "other"],
  ] as const)
    world.alarms.set(name, {
      ...{
        AlarmName: name,
        ActionsEnabled: true,
        Namespace: "AWS/RDS",
        MetricName: "CPUUtilization",
        Threshold: 80,
      },
      Dimensions: [{ Name: dimension, Value: value }],
    });
  if (kind === "rds") rds.add({ kind: "instance", name: LEDGER, fields: INSTANCE });
  else {
    rds.add({ kind: "cluster", name: LEDGER, fields: CLUSTER });
    rds.add({ kind: "instance", name: `${LEDGER}-a`, fields: memberOf(LEDGER, "1", "ap-northeast-1a") });
    rds.add({ kind: "instance", name: `${LEDGER}-b`, fields: memberOf(LEDGER, "0", "ap-northeast-1c") });
    world.customEndpoints.push({ cluster: LEDGER, name: "reports" });
  }
  const server = openRds({ kind, server: LEDGER, region: world.region, endpoint: rds.endpoint }, "ledger");
  return { rds, server };
}

/** So that a test takes a second or two. */
export const QUICK = {
  latestDelayMs: 200,
  restoreMs: 60,
  backUpMs: 20,
  createMs: 40,
  modifyMs: 20,
  rebootMs: 20,
  renameMs: 30,
  deleteMs: 20,
  listedMs: 10,
};

export function planned(original: CapturedManaged, mode: Mode = "side-by-side"): PlannedServer {
  const atSecond = Math.floor(Date.now() / 1000) - 60;
  const looked = { name: "main", atSecond, atBackup: original, now: original, canRename: true };
  return planServer({ ...looked, obstacles: [], losses: [] }, RUN, mode);
}

/** Steps until there are no more to take; a bound keeps one that never comes from hanging. */
export async function until(step: () => Promise<boolean>): Promise<void> {
  for (let steps = 0; steps < 400; steps++) {
    if (await step()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("it never came");
}

export async function restored({ server }: Prod, plan: PlannedServer, run = RUN): Promise<readonly string[]> {
  const started = await server.start(plan, run);
  await until(() => server.advance(plan, run, started));
  const refused: string[] = [];
  await until(async () => {
    const settled = await server.settle(plan, run);
    if (settled.done) refused.push(...settled.refused);
    return settled.done;
  });
  return refused;
}

/** Opens them for the tests of a file, and closes those of each test. */
export function prods(): typeof prod {
  beforeAll(() => {
    process.env["AWS_ACCESS_KEY_ID"] = "rehearsal";
    process.env["AWS_SECRET_ACCESS_KEY"] = "rehearsal";
  });

  const opened: Prod[] = [];
  const open = async (...args: Parameters<typeof prod>) => {
    const made = await prod(...args);
    opened.push(made);
    return made;
  };
  afterEach(async () => {
    for (const { rds, server } of opened.splice(0)) {
      server.close();
      await rds.close();
    }
  });
  return open;
}
