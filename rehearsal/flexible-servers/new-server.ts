import { refuseByManager } from "../azure/refusal.ts";
import { asWire, type Wire } from "../azure/wire.ts";
import type { ManagedCall } from "../azure/world.ts";
import { findServer } from "./find-server.ts";
import { KINDS, type Kind } from "./kind.ts";
import { checkWritable } from "./locks.ts";
import { type FlexibleServer, type Parameter, serverId } from "./server.ts";
import type { World } from "./world.ts";

const NAME = /^(?!-)[a-z0-9-]{3,63}(?<!-)$/;

interface Inside {
  readonly sku: Wire;
  readonly identity?: unknown;
  readonly properties: Wire;
}

/** A server that is being made: nothing of it takes changes. */
export function addServer(
  world: World,
  kind: Kind,
  { params, wire }: Pick<ManagedCall, "params" | "wire">,
  { sku, identity, properties }: Inside,
): FlexibleServer {
  const name = String(params["server"]);
  const place = { kind, name, resourceGroup: String(params["group"]) };
  checkName(world, kind, name);
  checkWritable(world, serverId(world, place));
  checkRegion(world, sku);
  const server: FlexibleServer = {
    ...place,
    location: String(wire["location"]),
    createdAtMs: world.clock.now(),
    deletedAtMs: undefined,
    state: KINDS[kind].newborn,
    standby: "NotEnabled",
    tags: asWire(wire["tags"]),
    sku,
    identity: identity as Wire | undefined,
    properties,
    hiddenLooks: 0,
    parameters: new Map(),
    firewallRules: new Map(),
    administrators: new Map(),
    databases: new Map(),
    virtualEndpoints: new Map(),
  };
  world.servers.push(server);
  return server;
}

export function isTaken(world: World, kind: Kind, name: string): boolean {
  return findServer(world, kind, name) !== undefined || world.faults.takenNames.has(name);
}

function checkName(world: World, kind: Kind, name: string): void {
  if (!NAME.test(name))
    refuseByManager(400, "InvalidServerName", `Specified server name '${name}' is not valid.`);
  if (isTaken(world, kind, name))
    refuseByManager(409, "ServerNameAlreadyExists", "Specified server name is already used.");
}

function checkRegion({ faults, servers }: World, sku: Wire): void {
  if (faults.restricted !== undefined) refuseByManager(400, "LocationIsOfferRestricted", faults.restricted);
  const used = servers
    .filter(({ deletedAtMs }) => deletedAtMs === undefined)
    .reduce((sum, server) => sum + coresOf(server.sku), 0);
  if (used + coresOf(sku) > faults.coresLimit)
    refuseByManager(
      400,
      "QuotaExceeded",
      `Operation could not be completed as it results in exceeding approved quota: ${used + coresOf(sku)} of ${faults.coresLimit} cores.`,
    );
}

export function coresOf({ name }: Wire): number {
  return Number(/^Standard_[A-Z](\d+)/.exec(String(name))?.[1] ?? 0);
}

export function defaultParameters(kind: Kind): readonly (readonly [string, Parameter])[] {
  return Object.entries(KINDS[kind].parameters).map(
    ([name, { value }]) => [name, { value, source: "system-default", pendingRestart: false }] as const,
  );
}
