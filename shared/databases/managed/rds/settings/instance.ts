import type {
  DBInstance,
  ModifyDBInstanceMessage,
  RestoreDBInstanceToPointInTimeMessage,
} from "@aws-sdk/client-rds";
import type { ManagedSettings } from "../../../../restore/managed/captured.ts";
import { INSIGHTS, MONITORING } from "./observing.ts";
import { alike, logExports, type Setting, sorted } from "./setting.ts";

type Passed = RestoreDBInstanceToPointInTimeMessage;
type Changed = ModifyDBInstanceMessage;
type InstanceSetting = Setting<DBInstance, Passed, Changed>;

const { same, told } = alike<DBInstance, Passed, Changed>();

/** Everything that an RDS instance is set to and that a restore to a point in time would lose (facts of the API). */
export const INSTANCE_SETTINGS: readonly InstanceSetting[] = [
  same("DBInstanceClass"),
  same("MultiAZ"),
  {
    name: "AvailabilityZone",
    // Where there are two, the service chooses.
    of: ({ MultiAZ, AvailabilityZone }) => (MultiAZ ? null : AvailabilityZone),
    pass: (AvailabilityZone) => ({ AvailabilityZone }),
  },
  {
    name: "DBSubnetGroupName",
    of: ({ DBSubnetGroup }) => DBSubnetGroup?.DBSubnetGroupName,
    pass: (DBSubnetGroupName) => ({ DBSubnetGroupName }),
  },
  told("VpcSecurityGroupIds", ({ VpcSecurityGroups = [] }) =>
    sorted(VpcSecurityGroups.flatMap((group) => group.VpcSecurityGroupId ?? [])),
  ),
  told("DBParameterGroupName", ({ DBParameterGroups }) => DBParameterGroups?.[0]?.DBParameterGroupName),
  told("OptionGroupName", ({ OptionGroupMemberships }) => OptionGroupMemberships?.[0]?.OptionGroupName),
  same("PubliclyAccessible"),
  {
    name: "Port",
    of: ({ Endpoint }) => Endpoint?.Port,
    pass: (Port) => ({ Port }),
    change: (DBPortNumber) => ({ DBPortNumber }),
  },
  same("StorageType"),
  same("AllocatedStorage"),
  { name: "Iops", of: ({ Iops }) => Iops, pass: (Iops, all) => (takesSpeed(all) ? { Iops } : {}) },
  {
    name: "StorageThroughput",
    of: ({ StorageThroughput }) => StorageThroughput || null,
    pass: (StorageThroughput, all) => (takesSpeed(all) ? { StorageThroughput } : {}),
  },
  same("MaxAllocatedStorage"),
  same("DedicatedLogVolume"),
  { name: "KmsKeyId", of: ({ KmsKeyId }) => KmsKeyId },
  told(
    "EnableIAMDatabaseAuthentication",
    ({ IAMDatabaseAuthenticationEnabled }) => IAMDatabaseAuthenticationEnabled ?? false,
  ),
  {
    name: "EnableCloudwatchLogsExports",
    of: ({ EnabledCloudwatchLogsExports }) => sorted(EnabledCloudwatchLogsExports),
    pass: (EnableCloudwatchLogsExports) => ({ EnableCloudwatchLogsExports }),
    change: (wanted, now) => ({ CloudwatchLogsExportConfiguration: logExports(wanted, now) }),
  },
  same("CopyTagsToSnapshot"),
  same("DeletionProtection"),
  same("CACertificateIdentifier"),
  same("BackupRetentionPeriod"),
  same("PreferredBackupWindow"),
  same("AutoMinorVersionUpgrade"),
  {
    name: "LicenseModel",
    of: ({ LicenseModel }) => LicenseModel,
    pass: (LicenseModel) => ({ LicenseModel }),
  },
  same("NetworkType"),
  {
    name: "ProcessorFeatures",
    of: ({ ProcessorFeatures = [] }) => (ProcessorFeatures.length === 0 ? null : ProcessorFeatures),
    pass: (ProcessorFeatures) => ({ ProcessorFeatures }),
  },
  {
    name: "Domain",
    of: ({ DomainMemberships: [first] = [] }) =>
      first?.Domain ? { Domain: first.Domain, DomainIAMRoleName: first.IAMRoleName ?? null } : null,
    pass: ({ Domain, DomainIAMRoleName }) => ({ Domain, ...(DomainIAMRoleName && { DomainIAMRoleName }) }),
  },
  {
    name: "ManageMasterUserPassword",
    of: ({ MasterUserSecret }) => MasterUserSecret && { key: MasterUserSecret.KmsKeyId ?? null },
    pass: secretInput,
    change: secretInput,
  },
  {
    name: "PreferredMaintenanceWindow",
    of: ({ PreferredMaintenanceWindow }) => PreferredMaintenanceWindow,
    change: (wanted) => ({ PreferredMaintenanceWindow: wanted }),
  },
  { name: MONITORING.name, of: MONITORING.of, change: MONITORING.input, canUnset: true },
  { name: INSIGHTS.name, of: INSIGHTS.of, change: INSIGHTS.input, canUnset: true },
  {
    name: "DatabaseInsightsMode",
    of: ({ DatabaseInsightsMode }) => DatabaseInsightsMode,
    change: (DatabaseInsightsMode) => ({ DatabaseInsightsMode }),
  },
  {
    name: "AssociatedRoles",
    of: ({ AssociatedRoles = [] }) =>
      sorted(AssociatedRoles.map(({ RoleArn, FeatureName }) => `${RoleArn} for ${FeatureName}`)),
  },
];

function secretInput({ key }: { readonly key: string | null }) {
  return { ManageMasterUserPassword: true, ...(key && { MasterUserSecretKmsKeyId: key }) };
}

/** Below this many gibibytes gp3 has a speed of its own and refuses to be told another one. */
const STRIPED_GIB = 400;

function takesSpeed({ StorageType, AllocatedStorage }: ManagedSettings): boolean {
  if (StorageType === "gp3") return Number(AllocatedStorage) >= STRIPED_GIB;
  return StorageType === "io1" || StorageType === "io2";
}
