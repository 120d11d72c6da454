import { lacking, permissionsAt } from "../../azure/arm/permissions.ts";
import type { Restorable, Way } from "../../restore/cosmosdb/plan.ts";
import type { CosmosdbConnection } from "./connection.ts";

const ACCOUNTS = "Microsoft.DocumentDB/databaseAccounts";
const RESTORABLE = "Microsoft.DocumentDB/locations/restorableDatabaseAccounts";
const CONTAINERS = `${ACCOUNTS}/sqlDatabases/containers`;

/** In the resource group, whatever the mode of a restore. */
export const IN_GROUP = [
  `${ACCOUNTS}/read`,
  `${ACCOUNTS}/write`,
  `${ACCOUNTS}/delete`,
  `${ACCOUNTS}/readonlykeys/action`,
  `${ACCOUNTS}/sqlDatabases/read`,
  `${ACCOUNTS}/sqlDatabases/throughputSettings/write`,
  `${CONTAINERS}/read`,
  `${CONTAINERS}/write`,
  `${CONTAINERS}/retrieveContinuousBackupInformation/action`,
  `${CONTAINERS}/storedProcedures/write`,
] as const;
/** At the subscription, or at the restorable account: a resource group has none. */
export const AT_RESTORABLE = [
  `${RESTORABLE}/read`,
  `${RESTORABLE}/restorableSqlResources/read`,
  `${RESTORABLE}/restore/action`,
] as const;
export const FOR_SUBNET = [
  "Microsoft.Network/privateEndpoints/read",
  "Microsoft.Network/privateEndpoints/write",
  "Microsoft.Network/privateEndpoints/delete",
  "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write",
  `${ACCOUNTS}/privateEndpointConnectionsApproval/action`,
] as const;

/**
 * What this identity may not do of what a restore does, as far as Azure tells it: where the permissions themselves
 * may not be read, the first call that is refused names its action, and nothing was made by then.
 */
export async function missingPermissions(
  connection: CosmosdbConnection,
  { restorable, way }: { readonly restorable?: Pick<Restorable, "id">; readonly way?: Way } = {},
): Promise<readonly string[]> {
  const { subscription, resourceGroup } = connection.address;
  const group = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`;
  const inGroup = [...IN_GROUP, ...(way?.kind === "subnet" ? FOR_SUBNET : [])];
  const granted = await permissionsAt(connection, group);
  // Whoever has read the account by now may do something in its group: this tells nothing.
  if (granted === undefined || granted.length === 0) return [];
  const atRestorable = restorable && (await permissionsAt(connection, restorable.id));
  return [
    ...lacking(granted, inGroup),
    ...(atRestorable === undefined ? [] : lacking(atRestorable, AT_RESTORABLE)),
  ];
}
