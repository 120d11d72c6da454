import { API, askResource, listResources, readResource } from "../../../azure/arm/resource.ts";
import { readOrNote } from "../../../azure/arm/unread.ts";
import { codeOf } from "../../../errors/stillpoint-error.ts";
import type { Wanted } from "../service.ts";
import { type FlexibleConnection, locationId } from "./connection.ts";
import { readServer } from "./found.ts";
import { KINDS } from "./kind.ts";
import { missingPermissions } from "./permissions.ts";
import { LOCK_ABOVE } from "./surrounding-kinds.ts";

/** All that speaks against the restore as things are. What this identity may not ask is left to the restore itself. */
export async function obstacles(connection: FlexibleConnection, wanted: Wanted): Promise<readonly string[]> {
  const found = await Promise.all([
    takenName(connection, wanted),
    regionRestrictions(connection, wanted),
    exceededQuota(connection, wanted),
    missingNetwork(connection, wanted),
    lacksPermissions(connection),
  ]);
  return [...found.flat(), ...readOnlyLocks(wanted)];
}

/** The name of a server is that of a host: somebody else in Azure may have it. */
async function takenName(
  connection: FlexibleConnection,
  { target, original }: Wanted,
): Promise<readonly string[]> {
  const { provider, apiVersion } = KINDS[connection.address.kind];
  const id = `${locationId(connection, original.place["location"] ?? "")}/checkNameAvailability`;
  const body = { name: target, type: `${provider}/flexibleServers` };
  const answer = await unlessDenied(() => askResource(connection, id, apiVersion, body));
  const free = answer?.["nameAvailable"] ?? (await readServer(connection, target)) === undefined;
  return free === false ? [`the name "${target}" is taken: plan the restore anew`] : [];
}

async function regionRestrictions(
  connection: FlexibleConnection,
  { original }: Wanted,
): Promise<readonly string[]> {
  const { location = "" } = original.place;
  const { apiVersion } = KINDS[connection.address.kind];
  const id = `${locationId(connection, location)}/capabilities`;
  const found = await unlessDenied(() => listResources(connection, id, apiVersion));
  const restricted = (found ?? []).find((one) => one["restricted"] === "Enabled");
  if (restricted === undefined) return [];
  return [
    `this subscription may make no server in ${location}: ${restricted["reason"] ?? "no reason is given"}`,
  ];
}

/** `Standard_D4ds_v5` has 4 cores of the family `standardDDSv5Family`. */
const SKU = /^Standard_([A-Z])(\d+)([a-z]*)_v(\d+)$/;

async function exceededQuota(
  connection: FlexibleConnection,
  { original }: Wanted,
): Promise<readonly string[]> {
  const { apiVersion, tellsQuota } = KINDS[connection.address.kind];
  const { name = "" } = (original.settings["sku"] ?? {}) as { name?: string };
  const [, letter, cores = "", suffix = "", generation] = SKU.exec(name) ?? [];
  if (!tellsQuota || letter === undefined) return [];
  const { location = "" } = original.place;
  const id = `${locationId(connection, location)}/resourceType/flexibleServers/usages`;
  const usages = (await unlessDenied(() => listResources(connection, id, apiVersion))) ?? [];
  const family = `standard${letter}${suffix}v${generation}family`.toLowerCase();
  return (usages as readonly unknown[] as readonly Usage[])
    .filter((usage) => usage.name?.value?.toLowerCase() === family)
    .filter(({ currentValue = 0, limit = 0 }) => currentValue + Number(cores) > limit)
    .map(
      ({ currentValue, limit }) =>
        `a server "${name}" needs ${cores} cores more in ${location}, and ${currentValue} of ${limit} of its family are used: ask for a higher quota`,
    );
}

interface Usage {
  readonly name?: { readonly value?: string };
  readonly currentValue?: number;
  readonly limit?: number;
}

const ZONES = "2024-06-01";

async function missingNetwork(
  connection: FlexibleConnection,
  { original }: Wanted,
): Promise<readonly string[]> {
  const { dnsZone } = KINDS[connection.address.kind];
  const needed = [
    ["subnet", original.settings["network.delegatedSubnetResourceId"], API.network],
    ["private DNS zone", original.settings[`network.${dnsZone}`], ZONES],
  ] as const;
  const found = await Promise.all(
    needed.map(async ([what, id, version]) => {
      if (typeof id !== "string") return [];
      const gone = await unlessDenied(
        async () => (await readResource(connection, id, version)) === undefined,
      );
      return gone ? [`${what} "${id}", which the server is in, is not there any more`] : [];
    }),
  );
  return found.flat();
}

async function lacksPermissions(connection: FlexibleConnection): Promise<readonly string[]> {
  const missing = await missingPermissions(connection);
  const { resourceGroup } = connection.address;
  return missing.length === 0
    ? []
    : [`this identity may not ${missing.join(", ")} in resource group "${resourceGroup}"`];
}

function readOnlyLocks({ original }: Wanted): readonly string[] {
  return original.surroundings
    .filter(({ kind, says }) => kind === LOCK_ABOVE && (says as { level?: string }).level === "ReadOnly")
    .map(({ name }) => `lock "${name}" forbids to make a server: take it off for the restore`);
}

async function unlessDenied<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await readOrNote([], "", "", ask);
  } catch (error) {
    // What a region or an older version of the service does not tell.
    if (codeOf(error) === "DATABASE_REFUSED") return undefined;
    throw error;
  }
}
