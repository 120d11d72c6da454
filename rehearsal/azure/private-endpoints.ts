import { asWire, type Wire } from "./wire.ts";
import type { AzureWorld } from "./world.ts";

const TYPE = "/providers/microsoft.network/privateendpoints/";

/** The private endpoints that lead to a resource, as members of its properties. */
export function privateEndpointConnections(
  world: AzureWorld,
  own: string,
  { type, groupId }: { readonly type: string; readonly groupId: string },
): Wire {
  const connections = endpointsTo(world, own).map((endpoint) => ({
    id: `${own}/privateEndpointConnections/${endpoint["name"]}`,
    name: endpoint["name"],
    type: `${type}/privateEndpointConnections`,
    properties: {
      provisioningState: "Succeeded",
      groupId,
      privateEndpoint: { id: endpoint["id"] },
      privateLinkServiceConnectionState: { status: "Approved", actionsRequired: "None" },
    },
  }));
  return connections.length === 0 ? {} : { privateEndpointConnections: connections };
}

/** Where a resource has one, the imitation takes every caller to be behind it. */
export function endpointsTo(world: AzureWorld, own: string): readonly Wire[] {
  return [...world.extensions]
    .filter(([id]) => id.includes(TYPE) && !id.includes("/privatednszonegroups/"))
    .map(([, endpoint]) => endpoint)
    .filter((endpoint) => targetsOf(endpoint).includes(own.toLowerCase()));
}

function targetsOf(endpoint: Wire): readonly string[] {
  const connections = asWire(endpoint["properties"])["privateLinkServiceConnections"];
  return ((connections ?? []) as readonly Wire[]).map((connection) =>
    String(asWire(connection["properties"])["privateLinkServiceId"]).toLowerCase(),
  );
}
