import { privateEndpointConnections } from "../azure/private-endpoints.ts";
import { type Answer, asWire, ok, type Wire } from "../azure/wire.ts";
import { KINDS } from "./kind.ts";
import { type FlexibleServer, serverId } from "./server.ts";
import type { World } from "./world.ts";

const DAY_MS = 86_400_000;

/** What a server has if nothing is said about it. */
export const DEFAULT_PROPERTIES: Wire = {
  administratorLogin: "ledger",
  availabilityZone: "1",
  storage: { storageSizeGB: 128, autoGrow: "Disabled" },
  backup: { backupRetentionDays: 7, geoRedundantBackup: "Disabled" },
  network: { publicNetworkAccess: "Enabled" },
  highAvailability: { mode: "Disabled" },
  maintenanceWindow: { customWindow: "Disabled", dayOfWeek: 0, startHour: 0, startMinute: 0 },
  replicationRole: "None",
};

export function describeServer(world: World, server: FlexibleServer): Wire {
  const { kind, name, location, tags, sku, identity, properties, state, createdAtMs } = server;
  const { provider, domain, version, groupId } = KINDS[kind];
  const type = `${provider}/flexibleServers`;
  const id = serverId(world, server);
  return {
    id,
    name,
    type,
    location,
    tags,
    sku,
    ...(identity !== undefined && { identity }),
    systemData: { createdAt: new Date(createdAtMs).toISOString(), createdByType: "Application" },
    properties: {
      version,
      ...properties,
      state,
      fullyQualifiedDomainName: world.hostOf?.(name) ?? `${name}.${domain}`,
      highAvailability: { ...asWire(properties["highAvailability"]), state: server.standby },
      backup: {
        ...asWire(properties["backup"]),
        earliestRestoreDate: new Date(earliestMs(world, server)).toISOString(),
      },
      ...privateEndpointConnections(world, id, { type, groupId }),
    },
  };
}

export function answerServer(world: World, server: FlexibleServer): Answer {
  return ok(describeServer(world, server));
}

/** Never earlier than the server itself. */
export function earliestMs({ clock }: World, { createdAtMs, properties }: FlexibleServer): number {
  const { backupRetentionDays } = asWire(properties["backup"]);
  return Math.max(createdAtMs, clock.now() - Number(backupRetentionDays) * DAY_MS);
}
