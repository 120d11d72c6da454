import { lacking, permissionsAt } from "../../../azure/arm/permissions.ts";
import { type FlexibleConnection, groupId } from "./connection.ts";
import { type FlexibleKind, KINDS } from "./kind.ts";

/** In the resource group, for every restore. */
export function neededInGroup(kind: FlexibleKind): readonly string[] {
  const servers = `${KINDS[kind].provider}/flexibleServers`;
  return [
    `${servers}/read`,
    `${servers}/write`,
    `${servers}/delete`,
    `${servers}/restart/action`,
    `${servers}/configurations/read`,
    `${servers}/configurations/write`,
    `${servers}/firewallRules/read`,
    `${servers}/firewallRules/write`,
    `${servers}/firewallRules/delete`,
    `${servers}/administrators/read`,
    `${servers}/administrators/write`,
    `${servers}/databases/read`,
    `${servers}/replicas/read`,
    ...(KINDS[kind].hasVirtualEndpoints ? [`${servers}/virtualEndpoints/read`] : []),
  ];
}

/**
 * What this identity may not do of what a restore does, as far as Azure tells it: where the permissions themselves
 * may not be read, the first call that is refused names its action.
 */
export async function missingPermissions(connection: FlexibleConnection): Promise<readonly string[]> {
  const granted = await permissionsAt(connection, groupId(connection));
  // Whoever has read the server by now may do something in its group: this tells nothing.
  if (granted === undefined || granted.length === 0) return [];
  return lacking(granted, neededInGroup(connection.address.kind));
}
