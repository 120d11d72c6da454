import type {
  Backup,
  HighAvailability,
  MaintenanceWindow,
  ServerState,
  Sku,
  Storage,
} from "@azure/arm-postgresql-flexible";
import { type ArmResource, readResource, type Wire } from "../../../azure/arm/resource.ts";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import { type FlexibleConnection, serverId } from "./connection.ts";
import { KINDS } from "./kind.ts";

/** What both services answer of a server. */
export interface Found extends ArmResource {
  readonly sku?: Sku;
  readonly identity?: Wire;
  readonly systemData?: { readonly createdAt?: string };
  readonly properties?: Wire & {
    readonly state?: ServerState;
    readonly version?: string;
    readonly administratorLogin?: string;
    readonly availabilityZone?: string;
    readonly fullyQualifiedDomainName?: string;
    readonly replicationRole?: string;
    readonly storage?: Storage & Wire;
    readonly backup?: Omit<Backup, "earliestRestoreDate"> & { readonly earliestRestoreDate?: string };
    readonly network?: Wire;
    readonly highAvailability?: HighAvailability;
    readonly maintenanceWindow?: MaintenanceWindow;
    readonly authConfig?: Wire;
    readonly dataEncryption?: Wire;
    readonly cluster?: Wire;
    readonly privateEndpointConnections?: readonly {
      readonly properties?: { readonly privateEndpoint?: { readonly id?: string } };
    }[];
  };
}

/** Undefined where there is no such server. */
export async function readServer(connection: FlexibleConnection, name: string): Promise<Found | undefined> {
  const { apiVersion } = KINDS[connection.address.kind];
  return (await readResource(connection, serverId(connection, name), apiVersion)) as Found | undefined;
}

export async function requireServer(connection: FlexibleConnection, name: string): Promise<Found> {
  const found = await readServer(connection, name);
  if (found !== undefined) return found;
  const { resourceGroup, subscription } = connection.address;
  throw new StillpointError(
    "DATABASE_REFUSED",
    `there is no flexible server "${name}" in resource group "${resourceGroup}" of subscription "${subscription}": check service, subscription, resourceGroup and server in the configuration`,
  );
}

/**
 * Of this very server: a name used again is another server, made at another time. Azure gives them no id of their own.
 */
export function resourceIdOf({ id = "", systemData }: Found): string {
  return `${id.toLowerCase()}@${systemData?.createdAt ?? ""}`;
}

/** The first whole second after it; 0 where the service does not say. */
export function secondAfter(text: string | undefined): number {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? 0 : Math.ceil(ms / 1000);
}

export function isReady({ properties }: Found): boolean {
  return properties?.state === "Ready";
}
