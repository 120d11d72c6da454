import type { Client } from "@azure-rest/core-client";
import type { ArmConnection } from "../../../azure/arm/connection.ts";
import { once, openResources } from "../../../azure/arm/open.ts";
import type { Begun } from "../../../azure/arm/resource.ts";
import type { FlexibleServerService } from "../../../config/config.ts";
import { KINDS } from "./kind.ts";

export interface FlexibleConnection extends ArmConnection {
  readonly address: FlexibleServerService;
  /** Never repeats a call by itself: for a call of which nobody may know whether it was carried out. */
  resourcesOnce(): Promise<Client>;
  /**
   * Standbys that this process has begun, by the server's name: only the operation tells why one failed. Another
   * process goes by the server alone.
   */
  readonly standbys: Map<string, Begun>;
}

export function connect(address: FlexibleServerService): FlexibleConnection {
  return {
    address,
    resources: once(() => openResources(address)),
    resourcesOnce: once(() => openResources(address, "once")),
    standbys: new Map(),
  };
}

type Addressed = Pick<FlexibleConnection, "address">;

export function groupId({ address }: Addressed): string {
  return `/subscriptions/${address.subscription}/resourceGroups/${address.resourceGroup}`;
}

export function serverId(connection: Addressed, name: string): string {
  const { provider } = KINDS[connection.address.kind];
  return `${groupId(connection)}/providers/${provider}/flexibleServers/${name}`;
}

/** What the service tells of a region, whatever the server. */
export function locationId({ address }: FlexibleConnection, location: string): string {
  const region = location.toLowerCase().replaceAll(" ", "");
  return `/subscriptions/${address.subscription}/providers/${KINDS[address.kind].provider}/locations/${region}`;
}
