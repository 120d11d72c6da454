import { begin, later } from "../azure/long-running.ts";
import { refuseByManager } from "../azure/refusal.ts";
import { type Answer, asWire, ok, type Wire } from "../azure/wire.ts";
import type { ManagedCall } from "../azure/world.ts";
import { requireReady, requireServer } from "./find-server.ts";
import { KINDS, type Kind } from "./kind.ts";
import { type FlexibleServer, type Parameter, serverId } from "./server.ts";
import type { Routes, World } from "./world.ts";

type Collection = "firewallRules" | "administrators" | "databases" | "virtualEndpoints";

/** What lies below a server and is no more than its name and properties. */
export function partRoutes(kind: Kind, collection: Collection): Routes {
  const path = `flexibleServers/:server/${collection}`;
  return {
    [`GET ${path}`]: (world, { params }) => {
      const server = requireServer(world, kind, params);
      const value = [...server[collection]].map(([name, properties]) =>
        describe(world, server, collection, name, properties),
      );
      return ok({ value });
    },
    [`PUT ${path}/:part`]: (world, call) => put(world, kind, collection, call),
    [`DELETE ${path}/:part`]: (world, call) => {
      const server = requireReady(world, kind, call.params);
      return later(world, call, () => void server[collection].delete(String(call.params["part"])));
    },
  };
}

function put(world: World, kind: Kind, collection: Collection, call: ManagedCall): Answer {
  const server = requireReady(world, kind, call.params);
  const name = String(call.params["part"]);
  server.state = "Updating";
  return begin(world, call, {
    ms: world.pace.resourceMs,
    accepted: () => ({ status: 202 }),
    work: () => {
      server[collection].set(name, asWire(call.wire["properties"]));
      server.state = "Ready";
      return describe(world, server, collection, name, asWire(call.wire["properties"]));
    },
  });
}

function describe(
  world: World,
  server: FlexibleServer,
  collection: Collection,
  name: string,
  properties: Wire,
): Wire {
  const type = `${KINDS[server.kind].provider}/flexibleServers/${collection}`;
  return { id: `${serverId(world, server)}/${collection}/${name}`, name, type, properties };
}

export function parameterRoutes(kind: Kind): Routes {
  const path = "flexibleServers/:server/configurations";
  return {
    [`GET ${path}`]: (world, { params }) => {
      const server = requireMade(world, kind, params);
      return ok({ value: [...server.parameters].map((entry) => describeParameter(world, server, entry)) });
    },
    [`GET ${path}/:part`]: (world, { params }) => {
      const server = requireMade(world, kind, params);
      return ok(describeParameter(world, server, entryOf(server, String(params["part"]))));
    },
    [`PATCH ${path}/:part`]: (world, call) => putParameter(world, kind, call),
    [`PUT ${path}/:part`]: (world, call) => putParameter(world, kind, call),
  };
}

/** Of a server that is being made the service knows no better answer. */
function requireMade(world: World, kind: Kind, params: ManagedCall["params"]): FlexibleServer {
  const server = requireServer(world, kind, params);
  if (server.state === KINDS[kind].newborn && server.parameters.size === 0)
    refuseByManager(500, "InternalServerError", "An unexpected error occured while processing the request.");
  return server;
}

function entryOf({ parameters }: FlexibleServer, name: string): readonly [string, Parameter] {
  const parameter = parameters.get(name);
  if (parameter !== undefined) return [name, parameter];
  return refuseByManager(404, "ResourceNotFound", `The configuration '${name}' does not exist.`);
}

function putParameter(world: World, kind: Kind, call: ManagedCall): Answer {
  const server = requireReady(world, kind, call.params);
  const [name] = entryOf(server, String(call.params["part"]));
  const facts = KINDS[kind].parameters[name];
  const value = String(asWire(call.wire["properties"])["value"]);
  if (facts?.readOnly || world.faults.refusedParameters.has(name))
    refuseByManager(400, "InvalidParameterValue", `The value '${value}' is not allowed for '${name}'.`);
  server.state = "Updating";
  return begin(world, call, {
    ms: world.pace.resourceMs,
    accepted: () => ({ status: 202 }),
    work: () => {
      server.parameters.set(name, {
        value,
        source: "user-override",
        pendingRestart: facts?.dynamic === false,
      });
      server.state = "Ready";
      return describeParameter(world, server, entryOf(server, name));
    },
  });
}

function describeParameter(
  world: World,
  server: FlexibleServer,
  [name, { value, source, pendingRestart }]: readonly [string, Parameter],
): Wire {
  const { provider, parameters, flag } = KINDS[server.kind];
  const { dynamic = true, readOnly = false, value: defaultValue = "" } = parameters[name] ?? {};
  return {
    id: `${serverId(world, server)}/configurations/${name}`,
    name,
    type: `${provider}/flexibleServers/configurations`,
    properties: {
      value,
      defaultValue,
      source,
      isDynamicConfig: flag(dynamic),
      isReadOnly: flag(readOnly),
      isConfigPendingRestart: flag(pendingRestart),
    },
  };
}
