import { removePrivateEndpoint } from "../../../azure/arm/private-endpoint.ts";
import { API, type ArmResource, deleteResource } from "../../../azure/arm/resource.ts";
import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { PlannedServer } from "../../../restore/managed/plan.ts";
import { RUN_TAG } from "../../../restore/managed/settings.ts";
import type { Guard } from "../service.ts";
import { listAlerts } from "./alerts.ts";
import { type FlexibleConnection, serverId } from "./connection.ts";
import { type Found, readServer } from "./found.ts";
import { KINDS } from "./kind.ts";
import { endpointId } from "./settings/private-endpoints.ts";
import { PRIVATE_ENDPOINT, subnetOf } from "./surrounding-kinds.ts";

/** A step towards the end of what a run has made of a server: its alerts and private endpoints, then itself. */
export async function remove(
  connection: FlexibleConnection,
  server: PlannedServer,
  run: string,
  guard: Guard,
): Promise<boolean> {
  const found = await readServer(connection, server.target);
  if (found !== undefined) requireDeletable(connection, found, server, run);
  await removeAlerts(connection, server.target, run);
  if (!(await removeEndpoints(connection, server, run))) return false;
  if (found === undefined) return true;
  if (found.properties?.state !== "Dropping") {
    await guard();
    await deleteResource(connection, serverId(connection, server.target), apiVersionOf(connection));
  }
  return false;
}

function apiVersionOf({ address }: FlexibleConnection): string {
  return KINDS[address.kind].apiVersion;
}

/** Law 4: whatever a plan or a tag says, the deployment's own server stays. */
function requireDeletable(
  { address }: FlexibleConnection,
  { name = "", tags }: Found,
  { original }: PlannedServer,
  run: string,
): void {
  const own = [address.server, original.server].some((one) => one.toLowerCase() === name.toLowerCase());
  if (!own && tags?.[RUN_TAG] === run) return;
  const why = own ? "it is the server of the configuration" : `run "${run}" has not made it`;
  throw new StillpointError("RESTORE_BLOCKED", `server "${name}" was not deleted: ${why}`);
}

async function removeAlerts(connection: FlexibleConnection, target: string, run: string): Promise<void> {
  for (const { id = "", tags } of await listAlerts(connection, target, []))
    if (tags?.[RUN_TAG] === run) await deleteResource(connection, id, API.metricAlerts);
}

async function removeEndpoints(
  connection: FlexibleConnection,
  { target, original }: PlannedServer,
  run: string,
): Promise<boolean> {
  const isOurs = ({ tags }: ArmResource) => tags?.[RUN_TAG] === run;
  const endpoints = original.surroundings.filter(({ kind }) => kind === PRIVATE_ENDPOINT);
  const removed = await Promise.all(
    endpoints.map(({ name }) =>
      removePrivateEndpoint(connection, endpointId(connection, target, subnetOf(name)), isOurs),
    ),
  );
  return removed.every(({ done }) => done);
}
