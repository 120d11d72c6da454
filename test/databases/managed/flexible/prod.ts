import type { NewServer } from "../../../../rehearsal/flexible-servers/flexible-servers.ts";
import type { Pace } from "../../../../rehearsal/flexible-servers/pace.ts";
import { openFlexibleServer } from "../../../../shared/databases/managed/flexible/server.ts";
import type { ManagedServer } from "../../../../shared/databases/managed/service.ts";
import { namesOf, type PlannedServer } from "../../../../shared/restore/managed/plan.ts";
import { namingOf, serverDifferences } from "../../../../shared/restore/managed/settings.ts";
import { type Azure, DAY_MS, start } from "../../../rehearsal/flexible-servers/azure.ts";

export const SERVER = "ledger";
export const RUN = "20261122-12345678";
export const { target: TARGET } = namesOf(SERVER, RUN);
export const GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rehearsal";
export const NETWORK = `${GROUP}/providers/Microsoft.Network/virtualNetworks/hub`;
export const SUBNET = `${NETWORK}/subnets/databases`;
const ZONE = `${GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.postgres.database.azure.com`;

type Service = "azure-postgresql" | "azure-mysql";

/** Set otherwise than the services do by themselves, wherever they let one. */
const SETS: Omit<NewServer, "kind" | "name"> = {
  tags: { team: "ledger" },
  firewallRules: { office: { startIpAddress: "203.0.113.1", endIpAddress: "203.0.113.9" } },
  properties: {
    storage: { storageSizeGB: 256, autoGrow: "Enabled" },
    backup: { backupRetentionDays: 35, geoRedundantBackup: "Enabled" },
    highAvailability: { mode: "ZoneRedundant", standbyAvailabilityZone: "2" },
    maintenanceWindow: { customWindow: "Enabled", dayOfWeek: 6, startHour: 3, startMinute: 30 },
  },
};

const POSTGRESQL: NewServer = {
  kind: "postgresql",
  name: SERVER,
  ...SETS,
  parameters: { max_connections: "500", log_min_duration_statement: "250" },
  administrators: {
    "99999999-0000-0000-0000-000000000000": {
      principalType: "Group",
      principalName: "dba",
      tenantId: "11111111-1111-1111-1111-111111111111",
    },
  },
  databases: { ledger: { charset: "UTF8", collation: "en_US.utf8" } },
  virtualEndpoints: { steady: { endpointType: "ReadWrite", members: [SERVER] } },
};

const MYSQL: NewServer = {
  kind: "mysql",
  name: SERVER,
  ...SETS,
  parameters: { time_zone: "+09:00", event_scheduler: "OFF", innodb_buffer_pool_instances: "4" },
};

const KIND_OF = { "azure-postgresql": "postgresql", "azure-mysql": "mysql" } as const;

export interface Prod extends Azure {
  readonly service: Service;
  readonly managed: ManagedServer;
  /** As another process would open it: without what this one knows. */
  reopen(): ManagedServer;
}

/** A server that is a day old, with everything around it that Azure keeps. */
export async function startProd(
  service: Service = "azure-postgresql",
  { pace = {}, more = {} }: { readonly pace?: Partial<Pace>; readonly more?: Partial<NewServer> } = {},
): Promise<Prod> {
  const azure = await start(pace);
  const { flexible } = azure;
  const createdAtMs = flexible.now() - DAY_MS;
  flexible.createServer({ ...(service === "azure-mysql" ? MYSQL : POSTGRESQL), createdAtMs, ...more });
  surround(azure, service);
  const { subscription, armEndpoint, resourceGroup } = flexible;
  const address = { kind: service, subscription, resourceGroup, server: SERVER, armEndpoint };
  const reopen = () => openFlexibleServer(address, service === "azure-postgresql" ? "ledger" : undefined);
  return { ...azure, service, managed: reopen(), reopen };
}

function surround({ flexible }: Azure, service: Service): void {
  const id = flexible.idOf(KIND_OF[service], SERVER);
  keep(flexible, NETWORK, { location: "japaneast" });
  keep(flexible, `${GROUP}/providers/Microsoft.Insights/metricAlerts/cpu`, {
    properties: { severity: 2, enabled: true, scopes: [id], criteria: { threshold: 90 } },
  });
  keep(flexible, `${GROUP}/providers/Microsoft.Insights/metricAlerts/another`, {
    properties: { scopes: [`${id}-of-others`] },
  });
  keep(flexible, `${id}/providers/Microsoft.Insights/diagnosticSettings/logs`, {
    properties: { workspaceId: "w", logs: [{ category: "all" }] },
  });
  keep(flexible, `${id}/providers/Microsoft.Authorization/locks/keep`, {
    properties: { level: "CanNotDelete" },
  });
  const endpoint = `${GROUP}/providers/Microsoft.Network/privateEndpoints/${SERVER}-endpoint`;
  const groupIds = [service === "azure-mysql" ? "mysqlServer" : "postgresqlServer"];
  keep(flexible, endpoint, {
    location: "japaneast",
    properties: {
      subnet: { id: SUBNET },
      privateLinkServiceConnections: [{ properties: { privateLinkServiceId: id, groupIds } }],
    },
  });
  keep(flexible, `${endpoint}/privateDnsZoneGroups/default`, {
    properties: { privateDnsZoneConfigs: [{ name: "zone", properties: { privateDnsZoneId: ZONE } }] },
  });
}

/** What another provider keeps. */
export function keep({ extensions }: Azure["flexible"], id: string, resource: object): void {
  extensions.set(id.toLowerCase(), { id, name: id.split("/").at(-1), ...resource });
}

/** A plan of a restore to an hour ago. */
export async function planNow({ managed, flexible }: Prod): Promise<PlannedServer> {
  const { captured: original } = await managed.capture();
  return {
    database: "ledger",
    ...namesOf(SERVER, RUN),
    takesName: false,
    members: [],
    atSecond: Math.floor(flexible.now() / 1000) - 3_600,
    original,
    losses: [],
  };
}

const MOST_STEPS = 200;

/** As the workflow does: a step after the other until it is done. */
export async function until<T>(step: () => Promise<T>, isDone: (answer: T) => boolean): Promise<T> {
  for (let count = 0; count < MOST_STEPS; count++) {
    const answer = await step();
    if (isDone(answer)) return answer;
  }
  throw new Error(`not done after ${MOST_STEPS} steps`);
}

export async function restoreNow(prod: Prod): Promise<PlannedServer> {
  const planned = await planNow(prod);
  const started = await prod.managed.start(planned, RUN);
  await until(() => prod.managed.advance(planned, RUN, started), Boolean);
  return planned;
}

export async function settleNow(
  { managed }: Pick<Prod, "managed">,
  planned: PlannedServer,
): Promise<readonly string[]> {
  const { refused } = await until(
    () => managed.settle(planned, RUN),
    ({ done }) => done,
  );
  return refused;
}

/** As the end of a restore compares them. */
export async function differences({ managed }: Pick<Prod, "managed">, planned: PlannedServer) {
  const restored = await managed.findNamed(planned.target);
  if (restored === undefined) throw new Error(`there is no ${planned.target}`);
  return serverDifferences(planned.original, restored, namingOf(planned, RUN, false))[""] ?? [];
}
