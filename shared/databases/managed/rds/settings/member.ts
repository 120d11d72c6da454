import type { CreateDBInstanceMessage, DBInstance, ModifyDBInstanceMessage } from "@aws-sdk/client-rds";
import { INSIGHTS, MONITORING } from "./observing.ts";
import { alike, type Setting } from "./setting.ts";

type Passed = CreateDBInstanceMessage;
type Changed = ModifyDBInstanceMessage;
type MemberSetting = Setting<DBInstance, Passed, Changed>;

const { same, told } = alike<DBInstance, Passed, Changed>();

/** What an instance of an Aurora cluster has of its own; all else is its cluster's. All of it is passed when it is made. */
export const MEMBER_SETTINGS: readonly MemberSetting[] = [
  same("DBInstanceClass"),
  {
    name: "AvailabilityZone",
    of: ({ AvailabilityZone }) => AvailabilityZone,
    pass: (AvailabilityZone) => ({ AvailabilityZone }),
  },
  same("PubliclyAccessible"),
  told("DBParameterGroupName", ({ DBParameterGroups }) => DBParameterGroups?.[0]?.DBParameterGroupName),
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
