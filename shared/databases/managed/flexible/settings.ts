import type { Wire } from "../../../azure/arm/resource.ts";
import type { ManagedSettings } from "../../../restore/managed/captured.ts";
import type { Found } from "./found.ts";

/** Parts of a server's properties by the service's names, with those of their members that say how it is set. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  storage: ["storageSizeGB", "autoGrow", "tier", "iops", "throughput", "type", "autoIoScaling", "logOnDisk"],
  backup: ["backupRetentionDays", "geoRedundantBackup", "backupIntervalHours"],
  highAvailability: ["mode", "standbyAvailabilityZone"],
  network: [
    "publicNetworkAccess",
    "delegatedSubnetResourceId",
    "privateDnsZoneArmResourceId",
    "privateDnsZoneResourceId",
  ],
  maintenanceWindow: ["customWindow", "dayOfWeek", "startHour", "startMinute"],
  authConfig: ["activeDirectoryAuth", "passwordAuth", "tenantId"],
  dataEncryption: [
    "type",
    "primaryKeyURI",
    "primaryUserAssignedIdentityId",
    "geoBackupKeyURI",
    "geoBackupUserAssignedIdentityId",
  ],
  cluster: ["clusterSize"],
};

const WHOLE = ["version", "administratorLogin", "availabilityZone"] as const;

/** How a server is set, as `storage.autoGrow`; what is not set is absent. */
export function settingsOf({ sku, identity, properties = {} }: Found): ManagedSettings {
  const parts = Object.entries(MEMBERS).flatMap(([part, members]) => {
    const wire = (properties[part] ?? {}) as Wire;
    return members.map((member) => [`${part}.${member}`, wire[member]] as const);
  });
  const whole = WHOLE.map((name) => [name, properties[name]] as const);
  const all = [["sku", sku] as const, ["identity", identityOf(identity)] as const, ...whole, ...parts];
  return Object.fromEntries(all.filter(([, value]) => !isUnset(value)));
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** The ids of the identities alone: with each comes what Azure knows of it. */
function identityOf(identity: Wire | undefined): { type: unknown; user: readonly string[] } | undefined {
  const user = Object.keys((identity?.["userAssignedIdentities"] ?? {}) as object).sort();
  const type = identity?.["type"];
  return type === undefined || type === "None" ? undefined : { type, user };
}

export function identityBody({ identity }: ManagedSettings): Wire | undefined {
  if (identity === undefined) return undefined;
  const { type, user } = identity as { type: unknown; user: readonly string[] };
  return { type, userAssignedIdentities: Object.fromEntries(user.map((id) => [id, {}])) };
}

/** A part with those of its members that are set. */
export function partOf(settings: ManagedSettings, part: string, members = MEMBERS[part] ?? []): Wire {
  return Object.fromEntries(
    members.flatMap((member) => {
      const value = settings[`${part}.${member}`];
      return value === undefined ? [] : [[member, value]];
    }),
  );
}

const PARAMETER = "parameters.";

export function parameterSetting(name: string): string {
  return `${PARAMETER}${name}`;
}

/** Server parameters by their names. */
export function parametersIn(settings: ManagedSettings): readonly (readonly [string, unknown])[] {
  return Object.entries(settings).flatMap(([name, value]) =>
    name.startsWith(PARAMETER) ? [[name.slice(PARAMETER.length), value] as const] : [],
  );
}
