import { readOrNote } from "../../../azure/arm/unread.ts";
import type { CapturedManaged } from "../../../restore/managed/captured.ts";
import type { FlexibleConnection } from "./connection.ts";
import { type Found, resourceIdOf, secondAfter } from "./found.ts";
import { KINDS } from "./kind.ts";
import { readParameters } from "./parameters.ts";
import { parameterSetting, settingsOf } from "./settings.ts";
import { readSurroundings } from "./surroundings.ts";

/** What a server is and how it is set: the deployment's own, or a restored one. */
export async function capture(
  connection: FlexibleConnection,
  found: Found,
  database: string | undefined,
): Promise<CapturedManaged> {
  const { kind, subscription, resourceGroup } = connection.address;
  const { engine, product, port, provider } = KINDS[kind];
  const { name = "", location = "", tags = {}, properties, systemData } = found;
  const unread: string[] = [];
  const parameters = await readOrNote(
    unread,
    "the server parameters",
    `${provider}/flexibleServers/configurations/read`,
    () => readParameters(connection, name),
  );
  const set = (parameters ?? []).map((one) => [parameterSetting(one.name), one.value]);
  return {
    service: kind,
    engine,
    product,
    version: properties?.version ?? "",
    server: name,
    resourceId: resourceIdOf(found),
    place: { subscription, resourceGroup, location },
    host: properties?.fullyQualifiedDomainName ?? "",
    port,
    ...(database !== undefined && { database }),
    createdSecond: secondAfter(systemData?.createdAt),
    settings: { ...settingsOf(found), ...Object.fromEntries(set) },
    tags: { ...tags },
    members: [],
    surroundings: await readSurroundings(connection, found, unread),
    unread,
  };
}
