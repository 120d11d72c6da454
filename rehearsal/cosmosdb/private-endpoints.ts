import { asWire, type Wire } from "../azure/wire.ts";
import { type Account, accountId } from "./account.ts";
import type { World } from "./world.ts";

const TYPE = "/providers/microsoft.network/privateendpoints/";

/** The private endpoints that lead to an account, as members of its properties. */
export function privateEndpointConnections(world: World, account: Account): Wire {
  const own = accountId(world, account);
  const connections = endpointsOf(world, account).map((endpoint) => ({
    id: `${own}/privateEndpointConnections/${endpoint["name"]}`,
    name: endpoint["name"],
    type: "Microsoft.DocumentDB/databaseAccounts/privateEndpointConnections",
    properties: {
      provisioningState: "Succeeded",
      groupId: "Sql",
      privateEndpoint: { id: endpoint["id"] },
      privateLinkServiceConnectionState: { status: "Approved", actionsRequired: "None" },
    },
  }));
  return connections.length === 0 ? {} : { privateEndpointConnections: connections };
}

/** Where an account has one, the imitation takes every caller to be behind it. */
export function endpointsOf(world: World, account: Account): readonly Wire[] {
  const own = accountId(world, account).toLowerCase();
  return [...world.extensions]
    .filter(([id]) => id.includes(TYPE) && !id.includes("/privatednszonegroups/"))
    .map(([, endpoint]) => endpoint)
    .filter((endpoint) => targetsOf(endpoint).includes(own));
}

function targetsOf(endpoint: Wire): readonly string[] {
  const connections = asWire(endpoint["properties"])["privateLinkServiceConnections"];
  return ((connections ?? []) as readonly Wire[]).map((connection) =>
    String(asWire(connection["properties"])["privateLinkServiceId"]).toLowerCase(),
  );
}
