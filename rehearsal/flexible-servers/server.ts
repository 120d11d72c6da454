import type { Wire } from "../azure/wire.ts";
import type { AzureWorld } from "../azure/world.ts";
import { KINDS, type Kind } from "./kind.ts";

export interface Parameter {
  readonly value: string;
  readonly source: "system-default" | "user-override";
  readonly pendingRestart: boolean;
}

/** One incarnation of a server: a name used again is another one, made at another time. */
export interface FlexibleServer {
  readonly kind: Kind;
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
  createdAtMs: number;
  deletedAtMs: number | undefined;
  /** `Ready`, and what it goes through on the way there. */
  state: string;
  standby: "NotEnabled" | "CreatingStandby" | "Healthy";
  tags: Wire;
  sku: Wire;
  identity: Wire | undefined;
  /** What clients may set, as they set it, with the service's defaults. */
  properties: Wire;
  /** Looks at it that still find nothing. */
  hiddenLooks: number;
  readonly parameters: Map<string, Parameter>;
  readonly firewallRules: Map<string, Wire>;
  readonly administrators: Map<string, Wire>;
  readonly databases: Map<string, Wire>;
  readonly virtualEndpoints: Map<string, Wire>;
}

export function serverId(
  { subscription }: Pick<AzureWorld, "subscription">,
  { kind, resourceGroup, name }: Pick<FlexibleServer, "kind" | "resourceGroup" | "name">,
): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/${KINDS[kind].provider}/flexibleServers/${name}`;
}
