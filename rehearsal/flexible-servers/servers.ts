import { begin, enqueued } from "../azure/long-running.ts";
import { refuseByManager } from "../azure/refusal.ts";
import { type Answer, asWire, ok, type Wire } from "../azure/wire.ts";
import type { ManagedCall } from "../azure/world.ts";
import { wait } from "../azure/world.ts";
import { findServer, requireReady, requireServer } from "./find-server.ts";
import { KINDS, type Kind } from "./kind.ts";
import { checkDeletable } from "./locks.ts";
import { addServer, coresOf, defaultParameters, isTaken } from "./new-server.ts";
import { restoreServer } from "./restore.ts";
import { type FlexibleServer, serverId } from "./server.ts";
import { answerServer, DEFAULT_PROPERTIES, describeServer } from "./server-resource.ts";
import type { Routes, World } from "./world.ts";

function list(world: World, kind: Kind, { params }: ManagedCall): Answer {
  const value = world.servers
    .filter((server) => server.kind === kind && server.deletedAtMs === undefined)
    .filter(({ resourceGroup }) => params["group"] === undefined || resourceGroup === params["group"])
    .map((server) => describeServer(world, server));
  return ok({ value });
}

/** A PUT makes a server, or restores one; it changes none. */
function put(world: World, kind: Kind, call: ManagedCall): Answer {
  const given = asWire(call.wire["properties"]);
  if (given["createMode"] === "PointInTimeRestore") return restoreServer(world, kind, call);
  const { administratorLoginPassword: _, createMode: __, ...properties } = given;
  const sku = asWire(call.wire["sku"]);
  const identity = call.wire["identity"];
  const server = addServer(world, kind, call, {
    sku,
    identity,
    properties: { ...DEFAULT_PROPERTIES, ...properties },
  });
  return begin(world, call, {
    ms: world.pace.createMs,
    accepted: () => ({ ...answerServer(world, server), status: 201 }),
    work: () => {
      for (const [name, value] of defaultParameters(kind)) server.parameters.set(name, value);
      server.state = "Ready";
      return describeServer(world, server);
    },
  });
}

/** Each part of the properties is merged: what a PATCH leaves out stays as it was. */
function patch(world: World, kind: Kind, call: ManagedCall): Answer {
  const server = requireReady(world, kind, call.params);
  const { administratorLoginPassword: _, ...given } = asWire(call.wire["properties"]);
  checkStandby(server, given);
  server.state = "Updating";
  return begin(world, call, {
    ms: world.pace.updateMs,
    accepted: () => ({ status: 202 }),
    work: () => {
      const { sku, tags, identity } = call.wire;
      for (const [part, value] of Object.entries(given))
        server.properties = { ...server.properties, [part]: merged(server.properties[part], value) };
      if (sku !== undefined) server.sku = { ...server.sku, ...asWire(sku) };
      if (tags !== undefined) server.tags = asWire(tags);
      if (identity !== undefined) server.identity = asWire(identity);
      server.state = "Ready";
      followStandby(world, server);
      return describeServer(world, server);
    },
  });
}

function merged(was: unknown, given: unknown): unknown {
  return typeof given === "object" && given !== null ? { ...asWire(was), ...given } : given;
}

function checkStandby({ sku, name }: FlexibleServer, given: Wire): void {
  const { mode } = asWire(given["highAvailability"]);
  if (mode === undefined || mode === "Disabled" || sku["tier"] !== "Burstable") return;
  refuseByManager(
    400,
    "HAIsNotSupportedForBurstableTier",
    `High availability is not supported for the tier Burstable of server '${name}'.`,
  );
}

function followStandby(world: World, server: FlexibleServer): void {
  const { mode } = asWire(server.properties["highAvailability"]);
  if (mode === undefined || mode === "Disabled") server.standby = "NotEnabled";
  else if (server.standby === "NotEnabled") {
    server.standby = "CreatingStandby";
    world.background.run(async () => {
      await wait(world, world.pace.standbyMs);
      server.standby = "Healthy";
    });
  }
}

function remove(world: World, kind: Kind, call: ManagedCall): Answer {
  const server = requireServer(world, kind, call.params);
  const own = serverId(world, server).toLowerCase();
  checkDeletable(world, own);
  server.state = "Dropping";
  return begin(world, call, {
    ms: world.pace.deleteMs,
    accepted: enqueued,
    work: () => {
      server.deletedAtMs = world.clock.now();
      for (const id of world.extensions.keys()) if (id.startsWith(`${own}/`)) world.extensions.delete(id);
      return undefined;
    },
  });
}

function restart(world: World, kind: Kind, call: ManagedCall): Answer {
  const server = requireServer(world, kind, call.params);
  if (server.state !== "Ready")
    refuseByManager(
      400,
      "ServerIsNotReady",
      `Restart or Stop Server can only be performed on Started servers. Sever Name = ${server.name}, Current Server State = ${server.state}`,
    );
  server.state = KINDS[kind].restarting;
  return begin(world, call, {
    ms: world.pace.restartMs,
    accepted: () => ({ status: 202 }),
    work: () => {
      for (const [name, parameter] of server.parameters)
        server.parameters.set(name, { ...parameter, pendingRestart: false });
      server.state = "Ready";
      return undefined;
    },
  });
}

function listReplicas(world: World, kind: Kind, { params }: ManagedCall): Answer {
  const own = serverId(world, requireServer(world, kind, params)).toLowerCase();
  const value = world.servers
    .filter(({ deletedAtMs, properties }) => deletedAtMs === undefined && sourceOf(properties) === own)
    .map((server) => describeServer(world, server));
  return ok({ value });
}

function sourceOf({ sourceServerResourceId }: Wire): string {
  return String(sourceServerResourceId ?? "").toLowerCase();
}

function checkNameAvailability(world: World, kind: Kind, { wire }: ManagedCall): Answer {
  const name = String(wire["name"]);
  if (!isTaken(world, kind, name)) return ok({ nameAvailable: true, name, message: "" });
  const message = `Specified server name '${name}' is already used.`;
  return ok({ nameAvailable: false, name, reason: "AlreadyExists", message });
}

function capabilities({ faults }: World): Answer {
  const { restricted: reason } = faults;
  const restricted = reason === undefined ? "Disabled" : "Enabled";
  return ok({ value: [{ name: "FlexibleServerCapabilities", restricted, ...(reason && { reason }) }] });
}

/** One family for all: who asks is told of its own. */
function usages({ servers, faults }: World): Answer {
  const alive = servers.filter(({ deletedAtMs, kind }) => deletedAtMs === undefined && kind === "postgresql");
  const currentValue = alive.reduce((sum, { sku }) => sum + coresOf(sku), 0);
  const name = { value: "standardDDSv5Family", localizedValue: "Standard DDSv5 Family vCPUs" };
  return ok({ value: [{ name, currentValue, limit: faults.coresLimit, unit: "Count" }] });
}

export function serverRoutes(kind: Kind): Routes {
  const one = "flexibleServers/:server";
  return {
    "GET flexibleServers": (world, call) => list(world, kind, call),
    [`GET ${one}`]: (world, { params }) => answerServer(world, requireServer(world, kind, params)),
    [`PUT ${one}`]: (world, call) => put(world, kind, call),
    [`PATCH ${one}`]: (world, call) => patch(world, kind, call),
    [`DELETE ${one}`]: (world, call) =>
      findServer(world, kind, String(call.params["server"])) ? remove(world, kind, call) : { status: 204 },
    [`POST ${one}/restart`]: (world, call) => restart(world, kind, call),
    [`GET ${one}/replicas`]: (world, call) => listReplicas(world, kind, call),
    "POST locations/:location/checkNameAvailability": (world, call) =>
      checkNameAvailability(world, kind, call),
    "GET locations/:location/capabilities": (world) => capabilities(world),
    ...(kind === "postgresql" && {
      "GET locations/:location/resourceType/:type/usages": (world: World) => usages(world),
    }),
  };
}
