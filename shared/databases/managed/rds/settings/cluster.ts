import type {
  DBCluster,
  ModifyDBClusterMessage,
  RestoreDBClusterToPointInTimeMessage,
} from "@aws-sdk/client-rds";
import { INSIGHTS } from "./observing.ts";
import { alike, logExports, type Setting, sorted } from "./setting.ts";

type Passed = RestoreDBClusterToPointInTimeMessage;
type Changed = ModifyDBClusterMessage;
type ClusterSetting = Setting<DBCluster, Passed, Changed>;

const { same, told } = alike<DBCluster, Passed, Changed>();

interface Role {
  readonly RoleArn: string;
  readonly FeatureName: string | null;
}

/** Everything that an Aurora cluster is set to and that a restore to a point in time would lose (facts of the API). */
export const CLUSTER_SETTINGS: readonly ClusterSetting[] = [
  {
    name: "DBSubnetGroupName",
    of: ({ DBSubnetGroup }) => DBSubnetGroup,
    pass: (DBSubnetGroupName) => ({ DBSubnetGroupName }),
  },
  told("VpcSecurityGroupIds", ({ VpcSecurityGroups = [] }) =>
    sorted(VpcSecurityGroups.flatMap((group) => group.VpcSecurityGroupId ?? [])),
  ),
  told("DBClusterParameterGroupName", ({ DBClusterParameterGroup }) => DBClusterParameterGroup),
  same("Port"),
  { name: "KmsKeyId", of: ({ KmsKeyId }) => KmsKeyId, pass: (KmsKeyId) => ({ KmsKeyId }) },
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
  same("DeletionProtection"),
  same("CopyTagsToSnapshot"),
  { ...same("BacktrackWindow"), of: ({ BacktrackWindow }) => BacktrackWindow || null },
  same("StorageType"),
  {
    name: "ServerlessV2ScalingConfiguration",
    of: ({ ServerlessV2ScalingConfiguration: found }) =>
      found && {
        MinCapacity: found.MinCapacity ?? null,
        MaxCapacity: found.MaxCapacity ?? null,
        SecondsUntilAutoPause: found.SecondsUntilAutoPause ?? null,
      },
    pass: (wanted) => ({ ServerlessV2ScalingConfiguration: withoutNulls(wanted) }),
    change: (wanted) => ({ ServerlessV2ScalingConfiguration: withoutNulls(wanted) }),
  },
  same("BackupRetentionPeriod"),
  same("PreferredBackupWindow"),
  same("NetworkType"),
  {
    name: "Domain",
    of: ({ DomainMemberships: [first] = [] }) =>
      first?.Domain ? { Domain: first.Domain, DomainIAMRoleName: first.IAMRoleName ?? null } : null,
    pass: ({ Domain, DomainIAMRoleName }) => ({ Domain, ...(DomainIAMRoleName && { DomainIAMRoleName }) }),
  },
  {
    name: "AssociatedRoles",
    of: ({ AssociatedRoles = [] }) =>
      AssociatedRoles.map(({ RoleArn = "", FeatureName }) => ({
        RoleArn,
        FeatureName: FeatureName ?? null,
      })).sort((one, other) => (one.RoleArn < other.RoleArn ? -1 : 1)),
    pass: (wanted: readonly Role[]) =>
      wanted.length === 0
        ? {}
        : {
            AssociatedRoles: wanted.map(({ RoleArn, FeatureName }) => ({
              RoleArn,
              ...(FeatureName && { FeatureName }),
            })),
          },
  },
  {
    name: "PreferredMaintenanceWindow",
    of: ({ PreferredMaintenanceWindow }) => PreferredMaintenanceWindow,
    change: (PreferredMaintenanceWindow) => ({ PreferredMaintenanceWindow }),
  },
  {
    name: "ManageMasterUserPassword",
    of: ({ MasterUserSecret }) => MasterUserSecret && { key: MasterUserSecret.KmsKeyId ?? null },
    // A restore of a cluster takes no such input.
    change: ({ key }: { readonly key: string | null }) => ({
      ManageMasterUserPassword: true,
      ...(key && { MasterUserSecretKmsKeyId: key }),
    }),
  },
  {
    name: "DatabaseInsightsMode",
    of: (cluster) =>
      cluster.DatabaseInsightsMode && {
        mode: cluster.DatabaseInsightsMode,
        insights: INSIGHTS.of(cluster),
      },
    // The advanced mode is refused without Performance Insights and its retention in the same call.
    change: ({ mode, insights }) => ({
      DatabaseInsightsMode: mode,
      ...(insights && INSIGHTS.input(insights)),
    }),
  },
  { name: "HttpEndpointEnabled", of: ({ HttpEndpointEnabled }) => HttpEndpointEnabled ?? false },
  {
    name: "EnableLocalWriteForwarding",
    of: ({ LocalWriteForwardingStatus: status }) => status === "enabled" || status === "enabling",
    change: (EnableLocalWriteForwarding) => ({ EnableLocalWriteForwarding }),
  },
];

function withoutNulls(record: object): Record<string, number> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}
