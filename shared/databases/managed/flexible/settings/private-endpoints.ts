import { guidOf } from "../../../../azure/arm/guid.ts";
import {
  locationOfSubnet,
  makePrivateEndpoint,
  type PrivateEndpoint,
} from "../../../../azure/arm/private-endpoint.ts";
import { RUN_TAG } from "../../../../restore/managed/settings.ts";
import { type FlexibleConnection, groupId, serverId } from "../connection.ts";
import type { Settling } from "../settling.ts";
import { PRIVATE_ENDPOINT, subnetOf } from "../surrounding-kinds.ts";
import { outstanding } from "./parts.ts";

/** One for each that the original has, in the same subnet and zones: the original keeps its own. */
export async function putPrivateEndpointsBack(
  connection: FlexibleConnection,
  { server: { target, original }, run, restored, changes }: Settling,
): Promise<boolean> {
  let done = true;
  for (const { name, says } of outstanding(original, restored, PRIVATE_ENDPOINT)) {
    const subnet = subnetOf(name);
    const { groups, dnsZones } = says as Pick<PrivateEndpoint, "groups" | "dnsZones">;
    await changes.change(`the private endpoint ${name}`, target, async () => {
      const made = await makePrivateEndpoint(connection, {
        id: endpointId(connection, target, subnet),
        location: await locationOfSubnet(connection, subnet),
        subnet,
        groups,
        dnsZones,
        tags: { [RUN_TAG]: run },
        resource: serverId(connection, target),
      });
      done &&= made.done;
    });
  }
  return done;
}

const MARK = 8;

/** The same for the same subnet, so that a second try makes no second one. */
export function endpointId(connection: FlexibleConnection, target: string, subnet: string): string {
  const mark = guidOf(subnet.toLowerCase()).slice(0, MARK);
  return `${groupId(connection)}/providers/Microsoft.Network/privateEndpoints/${target}-${mark}`;
}
