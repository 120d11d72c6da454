import { type Input, list, record, text, texts, type Value } from "./query.ts";

type Fields = Record<string, unknown>;
type Translation = (value: Value, before: Fields) => Fields;

/** Inputs that are told under another name, or in another shape, than they are given. */
const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  VpcSecurityGroupIds: (value) => ({
    VpcSecurityGroups: texts(value).map((id) => ({ VpcSecurityGroupId: id, Status: "active" })),
  }),
  OptionGroupName: (value) => ({ OptionGroupMemberships: [{ OptionGroupName: value, Status: "in-sync" }] }),
  Port: (value, { Endpoint }) => ({ Endpoint: { ...(Endpoint as object), Port: value }, Port: value }),
  DBPortNumber: (value, { Endpoint }) => ({ Endpoint: { ...(Endpoint as object), Port: value } }),
  EnableIAMDatabaseAuthentication: (value) => ({ IAMDatabaseAuthenticationEnabled: value }),
  EnableCloudwatchLogsExports: (value) => ({ EnabledCloudwatchLogsExports: texts(value) }),
  CloudwatchLogsExportConfiguration: (value, before) => ({
    EnabledCloudwatchLogsExports: exportsOf(value, before),
  }),
  EnablePerformanceInsights: (value) => ({ PerformanceInsightsEnabled: value }),
  EnableLocalWriteForwarding: (value) => ({
    LocalWriteForwardingStatus: value === "true" ? "enabled" : "disabled",
  }),
  ManageMasterUserPassword: (value) =>
    value === "true" ? { MasterUserSecret: { SecretArn: "arn:secret", SecretStatus: "active" } } : {},
  MasterUserSecretKmsKeyId: (value) => ({
    MasterUserSecret: { SecretArn: "arn:secret", SecretStatus: "active", KmsKeyId: value },
  }),
  Tags: (value) => ({ TagList: list(value).map(record) }),
  DBClusterParameterGroupName: (value) => ({ DBClusterParameterGroup: value }),
  AssociatedRoles: (value) => ({
    AssociatedRoles: list(value).map((role) => ({ ...record(role), Status: "ACTIVE" })),
  }),
};

function exportsOf(value: Value, { EnabledCloudwatchLogsExports: before = [] }: Fields): readonly string[] {
  const { EnableLogTypes, DisableLogTypes } = record(value);
  const off = texts(DisableLogTypes);
  return [...new Set([...(before as readonly string[]), ...texts(EnableLogTypes)])].filter(
    (type) => !off.includes(type),
  );
}

const NO_FIELDS = new Set([
  "Action",
  "Version",
  "ApplyImmediately",
  "DBInstanceIdentifier",
  "DBClusterIdentifier",
  "NewDBInstanceIdentifier",
  "NewDBClusterIdentifier",
  "SourceDBInstanceIdentifier",
  "TargetDBInstanceIdentifier",
  "SourceDBClusterIdentifier",
  "RestoreTime",
  "RestoreToTime",
  "RestoreType",
]);

/** What is told of a resource once an input was carried out. */
export function fieldsOf(
  input: Input,
  before: Fields,
  kind: "instance" | "cluster",
  applied: string,
): Fields {
  const fields = { ...before };
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined || NO_FIELDS.has(name)) continue;
    Object.assign(fields, told(name, value, { fields, kind, applied }));
  }
  return fields;
}

interface Telling {
  readonly fields: Fields;
  readonly kind: "instance" | "cluster";
  readonly applied: string;
}

function told(name: string, value: Value, { fields, kind, applied }: Telling): Fields {
  if (name === "DBParameterGroupName")
    return { DBParameterGroups: [{ DBParameterGroupName: value, ParameterApplyStatus: applied }] };
  if (name === "DBSubnetGroupName")
    return {
      DBSubnetGroup:
        kind === "cluster" ? value : { DBSubnetGroupName: text(value), SubnetGroupStatus: "Complete" },
    };
  return TRANSLATIONS[name]?.(value, fields) ?? { [name]: value };
}
