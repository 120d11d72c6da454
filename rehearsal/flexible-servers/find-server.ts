import { refuseByManager } from "../azure/refusal.ts";
import { KINDS, type Kind } from "./kind.ts";
import { checkWritable } from "./locks.ts";
import { type FlexibleServer, serverId } from "./server.ts";
import type { World } from "./world.ts";

/** A live server, under its name in any case: it is the name of a host. */
export function findServer(world: World, kind: Kind, name: string): FlexibleServer | undefined {
  return world.servers.find(
    (server) =>
      server.deletedAtMs === undefined &&
      server.kind === kind &&
      server.name.toLowerCase() === name.toLowerCase(),
  );
}

export function requireServer(
  world: World,
  kind: Kind,
  params: Readonly<Record<string, string>>,
): FlexibleServer {
  const { server: name = "", group = "" } = params;
  const server = findServer(world, kind, name);
  const isThere = server?.resourceGroup.toLowerCase() === group.toLowerCase() && !isHidden(server);
  if (server !== undefined && isThere) return server;
  return refuseByManager(
    404,
    "ResourceNotFound",
    `The Resource '${KINDS[kind].provider}/flexibleServers/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

function isHidden(server: FlexibleServer): boolean {
  if (server.state !== "Ready" || server.hiddenLooks === 0) return false;
  server.hiddenLooks--;
  return true;
}

/** A server that takes changes: one at a time, and none while it is being made. */
export function requireReady(
  world: World,
  kind: Kind,
  params: Readonly<Record<string, string>>,
): FlexibleServer {
  const server = requireServer(world, kind, params);
  checkWritable(world, serverId(world, server));
  if (server.state !== "Ready")
    refuseByManager(
      409,
      "ServerIsBusy",
      `Cannot complete operation while server '${server.name}' is busy processing another operation. Try again later.`,
    );
  return server;
}
