import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { ArmConnection } from "./connection.ts";
import {
  API,
  type ArmResource,
  deleteResource,
  listResources,
  putResource,
  readResource,
  type Wire,
} from "./resource.ts";

export interface PrivateEndpoint {
  readonly id: string;
  readonly location: string;
  readonly subnet: string;
  readonly groups: string[];
  /** ARM ids of the private DNS zones that it is entered in, by the name of the zone group. */
  readonly dnsZones: Record<string, string[]>;
}

/** Undefined where it is not there any more: its resource remembers connections of endpoints that are gone. */
export async function readPrivateEndpoint(
  connection: ArmConnection,
  id: string,
): Promise<PrivateEndpoint | undefined> {
  const found = await readResource(connection, id, API.network);
  if (found === undefined) return undefined;
  const {
    subnet,
    privateLinkServiceConnections = [],
    manualPrivateLinkServiceConnections = [],
  } = (found.properties ?? {}) as EndpointProperties;
  const links = [...privateLinkServiceConnections, ...manualPrivateLinkServiceConnections];
  return {
    id,
    location: found.location ?? "",
    subnet: subnet?.id ?? "",
    groups: links.flatMap(({ properties }) => properties?.groupIds ?? []),
    dnsZones: await readDnsZones(connection, id),
  };
}

interface Link {
  readonly properties?: { readonly groupIds?: readonly string[]; readonly privateLinkServiceId?: string };
}

interface EndpointProperties {
  readonly subnet?: { readonly id?: string };
  readonly privateLinkServiceConnections?: readonly Link[];
  readonly manualPrivateLinkServiceConnections?: readonly Link[];
}

async function readDnsZones(connection: ArmConnection, id: string): Promise<PrivateEndpoint["dnsZones"]> {
  const groups = await listResources(connection, `${id}/privateDnsZoneGroups`, API.network);
  return Object.fromEntries(
    groups.map(({ name = "", properties }) => {
      const configs = (properties?.["privateDnsZoneConfigs"] ?? []) as readonly ZoneConfig[];
      return [name, configs.flatMap((config) => config.properties?.privateDnsZoneId ?? [])];
    }),
  );
}

interface ZoneConfig {
  readonly properties?: { readonly privateDnsZoneId?: string };
}

export interface WantedEndpoint {
  readonly id: string;
  readonly location: string;
  readonly subnet: string;
  /** What of the resource it leads to, as its provider names it. */
  readonly groups: readonly string[];
  readonly dnsZones: PrivateEndpoint["dnsZones"];
  readonly tags: Readonly<Record<string, string>>;
  /** ARM id of the resource that it leads to. */
  readonly resource: string;
}

/** An endpoint is where its network is. */
export async function locationOfSubnet(connection: ArmConnection, subnet: string): Promise<string> {
  const [network = ""] = subnet.split(/\/subnets\//i);
  const location = (await readResource(connection, network, API.network))?.location;
  if (location !== undefined) return location;
  throw new StillpointError("DATABASE_REFUSED", `there is no network "${network}" for a private endpoint`);
}

/** Takes a step towards it; done once it is there, with its entries. */
export async function makePrivateEndpoint(
  connection: ArmConnection,
  wanted: WantedEndpoint,
): Promise<{ done: boolean }> {
  const found = await readResource(connection, wanted.id, API.network);
  if (found !== undefined) refuseAnother(found, wanted);
  if (found === undefined || stateOf(found) === "Failed") {
    await putResource(connection, wanted.id, API.network, bodyOf(wanted));
    return { done: false };
  }
  if (stateOf(found) !== "Succeeded") return { done: false };
  return enterInZones(connection, wanted);
}

/** Whatever the name says: it stays as it is, and is no way to this resource. */
function refuseAnother({ properties }: ArmResource, { id, resource }: WantedEndpoint): void {
  const { privateLinkServiceConnections = [] } = (properties ?? {}) as EndpointProperties;
  const targets = privateLinkServiceConnections.flatMap(
    (link) => link.properties?.privateLinkServiceId ?? [],
  );
  if (targets.some((target) => target.toLowerCase() === resource.toLowerCase())) return;
  throw new StillpointError(
    "DATABASE_REFUSED",
    `the name of private endpoint "${id}" is taken: it leads to ${quoted(targets) || "nothing"}`,
  );
}

function bodyOf({ id, location, subnet, groups, tags, resource }: WantedEndpoint): Wire {
  const link = { name: lastPart(id), properties: { privateLinkServiceId: resource, groupIds: groups } };
  return { location, tags, properties: { subnet: { id: subnet }, privateLinkServiceConnections: [link] } };
}

async function enterInZones(
  connection: ArmConnection,
  { id, dnsZones }: WantedEndpoint,
): Promise<{ done: boolean }> {
  let done = true;
  for (const [name, zones] of Object.entries(dnsZones)) {
    const group = `${id}/privateDnsZoneGroups/${name}`;
    const found = await readResource(connection, group, API.network);
    if (found === undefined || stateOf(found) === "Failed")
      await putResource(connection, group, API.network, zoneGroup(zones));
    if (stateOf(found) !== "Succeeded") done = false;
  }
  return { done };
}

function zoneGroup(zones: readonly string[]): Wire {
  const privateDnsZoneConfigs = zones.map((zone) => ({
    name: lastPart(zone).replaceAll(".", "-"),
    properties: { privateDnsZoneId: zone },
  }));
  return { properties: { privateDnsZoneConfigs } };
}

/** Done once it is gone; one that is not as told stays. */
export async function removePrivateEndpoint(
  connection: ArmConnection,
  id: string,
  isOurs: (found: ArmResource) => boolean,
): Promise<{ done: boolean }> {
  const found = await readResource(connection, id, API.network);
  if (found === undefined || !isOurs(found)) return { done: true };
  if (stateOf(found) !== "Deleting") await deleteResource(connection, id, API.network);
  return { done: false };
}

/** A resource that says nothing of it is there. */
function stateOf(resource: ArmResource | undefined): string {
  return resource === undefined
    ? "Absent"
    : String(resource.properties?.["provisioningState"] ?? "Succeeded");
}

export function lastPart(id: string): string {
  return id.split("/").at(-1) ?? "";
}
