import { API, type ArmResource, listResources, type Wire } from "../../../azure/arm/resource.ts";
import { readOrNote } from "../../../azure/arm/unread.ts";
import type { Surrounding } from "../../../restore/managed/captured.ts";
import { type FlexibleConnection, groupId, serverId } from "./connection.ts";
import { ALERT } from "./surrounding-kinds.ts";

const TYPE = "Microsoft.Insights/metricAlerts";

export function alertId(connection: FlexibleConnection, name: string): string {
  return `${groupId(connection)}/providers/${TYPE}/${name}`;
}

/** Metric alerts of the resource group that watch the server; those of other groups are not looked for. */
export async function readAlerts(
  connection: FlexibleConnection,
  server: string,
  unread: string[],
): Promise<Surrounding[]> {
  const found = await listAlerts(connection, server, unread);
  return found.map(({ name = "", properties = {} }) => ({ kind: ALERT, name, says: sayingOf(properties) }));
}

export async function listAlerts(
  connection: FlexibleConnection,
  server: string,
  unread: string[],
): Promise<readonly ArmResource[]> {
  const id = `${groupId(connection)}/providers/${TYPE}`;
  const all = await readOrNote(unread, "the metric alerts", `${TYPE}/read`, () =>
    listResources(connection, id, API.metricAlerts),
  );
  const own = serverId(connection, server).toLowerCase();
  return (all ?? []).filter(({ properties }) => scopesOf(properties).includes(own));
}

function scopesOf(properties: Wire = {}): readonly string[] {
  return ((properties["scopes"] ?? []) as readonly string[]).map((scope) => scope.toLowerCase());
}

/** Without what names the server, and what the service keeps of it. */
function sayingOf({ scopes: _, lastUpdatedTime: __, isMigrated: ___, ...says }: Wire): Wire {
  return says;
}
