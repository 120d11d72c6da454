import { readPrivateEndpoint } from "../../../azure/arm/private-endpoint.ts";
import { listResources, type Wire } from "../../../azure/arm/resource.ts";
import { captureAround, type SideResource } from "../../../azure/arm/surroundings.ts";
import { readOrNote } from "../../../azure/arm/unread.ts";
import type { Surrounding } from "../../../restore/managed/captured.ts";
import { concurrently } from "../../concurrently.ts";
import { readAlerts } from "./alerts.ts";
import { type FlexibleConnection, serverId } from "./connection.ts";
import type { Found } from "./found.ts";
import { KINDS } from "./kind.ts";
import {
  ACCESS,
  ADMINISTRATOR,
  DATABASE,
  DIAGNOSTIC_SETTING,
  endpointName,
  FIREWALL_RULE,
  LOCK,
  LOCK_ABOVE,
  PRIVATE_ENDPOINT,
  REPLICA,
  VIRTUAL_ENDPOINT,
} from "./surrounding-kinds.ts";

interface Part {
  readonly kind: string;
  /** As paths name it. */
  readonly type: string;
  readonly members: readonly string[];
}

const PARTS: readonly Part[] = [
  { kind: FIREWALL_RULE, type: "firewallRules", members: ["startIpAddress", "endIpAddress"] },
  {
    kind: ADMINISTRATOR,
    type: "administrators",
    members: [
      "principalType",
      "principalName",
      "tenantId",
      "administratorType",
      "login",
      "sid",
      "identityResourceId",
    ],
  },
  { kind: DATABASE, type: "databases", members: ["charset", "collation"] },
];

const VIRTUAL: Part = { kind: VIRTUAL_ENDPOINT, type: "virtualendpoints", members: ["endpointType"] };
const AT_A_TIME = 5;

/** What belongs to a server and is a resource of its own: nothing says that any of it is restored. */
export async function readSurroundings(
  connection: FlexibleConnection,
  found: Found,
  unread: string[],
): Promise<Surrounding[]> {
  const { name = "" } = found;
  const { hasVirtualEndpoints } = KINDS[connection.address.kind];
  const parts = hasVirtualEndpoints ? [...PARTS, VIRTUAL] : PARTS;
  const around = await captureAround(connection, serverId(connection, name), unread);
  const read = [
    ...(await concurrently(AT_A_TIME, parts, (part) => readPart(connection, name, part, unread))),
    await readReplicas(connection, name, unread),
    await readEndpoints(connection, found, unread),
    await readAlerts(connection, name, unread),
    around.diagnosticSettings.map((one) => ({
      kind: DIAGNOSTIC_SETTING,
      name: one.name,
      says: one.properties,
    })),
    around.accessAssignments.map(accessOf),
    around.locks.map(({ name: lock, properties }) => ({
      kind: LOCK,
      name: lock,
      says: only(properties, ["level", "notes"]),
    })),
    around.locksAbove.map(({ id, level }) => ({ kind: LOCK_ABOVE, name: id, says: { level } })),
  ];
  return read.flat().sort(byName);
}

async function readPart(
  connection: FlexibleConnection,
  server: string,
  { kind, type, members }: Part,
  unread: string[],
): Promise<Surrounding[]> {
  const { provider, apiVersion } = KINDS[connection.address.kind];
  const id = `${serverId(connection, server)}/${type}`;
  const action = `${provider}/flexibleServers/${type}/read`;
  const found = await readOrNote(unread, `the ${kind}s`, action, () =>
    listResources(connection, id, apiVersion),
  );
  return (found ?? []).map(({ name = "", properties = {} }) => ({
    kind,
    name,
    says: only(properties, members),
  }));
}

async function readReplicas(
  connection: FlexibleConnection,
  server: string,
  unread: string[],
): Promise<Surrounding[]> {
  const { provider, apiVersion } = KINDS[connection.address.kind];
  const id = `${serverId(connection, server)}/replicas`;
  const action = `${provider}/flexibleServers/replicas/read`;
  const found = await readOrNote(unread, "the read replicas", action, () =>
    listResources(connection, id, apiVersion),
  );
  return (found ?? []).map(({ name = "", location = "" }) => ({ kind: REPLICA, name, says: { location } }));
}

async function readEndpoints(
  connection: FlexibleConnection,
  { properties }: Found,
  unread: string[],
): Promise<Surrounding[]> {
  const ids = (properties?.privateEndpointConnections ?? []).flatMap(
    (one) => one.properties?.privateEndpoint?.id ?? [],
  );
  const found = await concurrently(AT_A_TIME, ids.sort(), (id) =>
    readOrNote(unread, `private endpoint ${id}`, "Microsoft.Network/privateEndpoints/read", () =>
      readPrivateEndpoint(connection, id),
    ),
  );
  return found.flatMap((endpoint) => {
    if (endpoint === undefined) return [];
    const { subnet, groups, dnsZones } = endpoint;
    return [{ kind: PRIVATE_ENDPOINT, name: endpointName(subnet), says: { groups, dnsZones } }];
  });
}

/** The name of an assignment is a random id: who may do what is what it is called here. */
function accessOf({ properties }: SideResource): Surrounding {
  const says = only(properties, [
    "principalId",
    "principalType",
    "roleDefinitionId",
    "condition",
    "conditionVersion",
  ]);
  return { kind: ACCESS, name: accessText(properties), says };
}

export function accessText({ principalId, roleDefinitionId, condition }: Wire): string {
  const role = String(roleDefinitionId).split("/").at(-1);
  return `${principalId} as ${role}${typeof condition === "string" ? ` if ${condition}` : ""}`;
}

function only(wire: Wire, members: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    members.flatMap((member) => (wire[member] === undefined ? [] : [[member, wire[member]]])),
  );
}

function byName(one: Surrounding, other: Surrounding): number {
  return `${one.kind} ${one.name}` < `${other.kind} ${other.name}` ? -1 : 1;
}
