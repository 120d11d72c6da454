import type { CreateDBInstanceMessage, DBInstance, ModifyDBInstanceMessage } from "@aws-sdk/client-rds";
import { INSIGHTS, MONITORING } from "./observing.ts";
import type { Setting } from "./setting.ts";

type Passed = CreateDBInstanceMessage;
type Changed = ModifyDBInstanceMessage;
type MemberSetting = Setting<DBInstance, Passed, Changed>;

/** Called the same wherever it is told, passed and changed. */
function same<K extends keyof DBInstance & keyof Passed & keyof Changed>(name: K): MemberSetting {
  const input = (value: unknown) => ({ [name]: value }) as Partial<Passed & Changed>;
  return { name, of: (instance) => instance[name], pass: input, change: input };
}

/** What an instance of an Aurora cluster has of its own; all else is its cluster's. All of it is passed when it is made. */
export const MEMBER_SETTINGS: readonly MemberSetting[] = [
  same("DBInstanceClass"),
  {
    name: "AvailabilityZone",
    of: ({ AvailabilityZone }) => AvailabilityZone,
    pass: (AvailabilityZone) => ({ AvailabilityZone }),
  },
  same("PubliclyAccessible"),
  {
    name: "DBParameterGroupName",
    of: ({ DBParameterGroups }) => DBParameterGroups?.[0]?.DBParameterGroupName,
    pass: (DBParameterGroupName) => ({ DBParameterGroupName }),
    change: (DBParameterGroupName) => ({ DBParameterGroupName }),
  },
  same("CACertificateIdentifier"),
  same("AutoMinorVersionUpgrade"),
  same("PreferredMaintenanceWindow"),
  same("CopyTagsToSnapshot"),
  {
    name: MONITORING.name,
    of: MONITORING.of,
    pass: MONITORING.input,
    change: MONITORING.input,
    canUnset: true,
  },
  { name: INSIGHTS.name, of: INSIGHTS.of, pass: INSIGHTS.input, change: INSIGHTS.input, canUnset: true },
];
