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
   * Operations that this process has begun and not seen the end of, by what they do: only they tell why something
   * failed. Another process goes by the server alone.
   */
  readonly begun: Map<string, Begun>;
}

export function connect(address: FlexibleServerService): FlexibleConnection {
  return {
    address,
    resources: once(() => openResources(address)),
    resourcesOnce: once(() => openResources(address, "once")),
    begun: new Map(),
  };
}

export function groupId({ address }: FlexibleConnection): string {
  return `/subscriptions/${address.subscription}/resourceGroups/${address.resourceGroup}`;
}

export function serverId(connection: FlexibleConnection, name: string): string {
  const { provider } = KINDS[connection.address.kind];
  return `${groupId(connection)}/providers/${provider}/flexibleServers/${name}`;
}

/** What the service tells of a region, whatever the server. */
export function locationId({ address }: FlexibleConnection, location: string): string {
  const region = location.toLowerCase().replaceAll(" ", "");
  return `/subscriptions/${address.subscription}/providers/${KINDS[address.kind].provider}/locations/${region}`;
}
