import { sameLocation } from "../azure/location.ts";
import { begin } from "../azure/long-running.ts";
import { Refusal, refuseByManager } from "../azure/refusal.ts";
import { type Answer, asWire, type Wire } from "../azure/wire.ts";
import type { ManagedCall } from "../azure/world.ts";
import { KINDS, type Kind } from "./kind.ts";
import { addServer, defaultParameters } from "./new-server.ts";
import { type FlexibleServer, serverId } from "./server.ts";
import { answerServer, DEFAULT_PROPERTIES, describeServer, earliestMs } from "./server-resource.ts";
import type { World } from "./world.ts";

/** A day: longer than any rehearsal. */
const HANGS_MS = 86_400_000;

/** Answers at once; the server is being made until its data is there. */
export function restoreServer(world: World, kind: Kind, call: ManagedCall): Answer {
  const given = asWire(call.wire["properties"]);
  const source = sourceOf(world, kind, given);
  const atMs = checkTime(world, source, given);
  checkPlace(source, call.wire, given);
  const server = addServer(world, kind, call, {
    sku: source.sku,
    identity: asWire(call.wire["identity"])["type"] === undefined ? source.identity : call.wire["identity"],
    properties: restoredProperties(source, given),
  });
  return begin(world, call, {
    ms: world.faults.restoresHang ? HANGS_MS : world.pace.restoreMs,
    accepted: () => ({ ...answerServer(world, server), status: 201 }),
    work: () => fill(world, server, source, atMs),
  });
}

function sourceOf(world: World, kind: Kind, given: Wire): FlexibleServer {
  const id = String(given["sourceServerResourceId"]).toLowerCase();
  const source = world.servers.find(
    (server) =>
      server.kind === kind &&
      server.deletedAtMs === undefined &&
      serverId(world, server).toLowerCase() === id,
  );
  return (
    source ??
    refuseByManager(404, "ResourceNotFound", `The requested resource of type '${id}' was not found.`)
  );
}

function checkTime(world: World, source: FlexibleServer, given: Wire): number {
  const { restoreTime } = KINDS[source.kind];
  const atMs = Date.parse(String(given[restoreTime]));
  if (Number.isNaN(atMs) || atMs < earliestMs(world, source) || atMs > world.clock.now())
    refuseByManager(
      400,
      "InvalidParameterValue",
      `Invalid value given for parameter ${restoreTime}. Specify a valid parameter value.`,
    );
  return atMs;
}

/** In the region of the source, and public where that is public. */
function checkPlace(source: FlexibleServer, wire: Wire, given: Wire): void {
  if (!sameLocation(String(wire["location"]), source.location))
    refuseByManager(
      400,
      "InvalidParameterValue",
      "Invalid value given for parameter location. Specify a valid parameter value.",
    );
  const subnetOf = (properties: Wire) => asWire(properties["network"])["delegatedSubnetResourceId"];
  const network = given["network"];
  if (
    network !== undefined &&
    (subnetOf(given) === undefined) !== (subnetOf(source.properties) === undefined)
  )
    refuseByManager(
      400,
      "PrivateAccessRestoreNotAllowed",
      "A restore cannot change between public and private access.",
    );
}

/** What a restored server has of its source: the rest is as that of a new one. */
const INHERITED = ["administratorLogin", "version", "authConfig", "dataEncryption", "network"] as const;

function restoredProperties({ properties }: FlexibleServer, given: Wire): Wire {
  const inherited = INHERITED.flatMap((name) => (name in properties ? [[name, properties[name]]] : []));
  const { storageSizeGB, tier, iops } = asWire(properties["storage"]);
  const { availabilityZone, network } = given;
  return {
    ...DEFAULT_PROPERTIES,
    ...Object.fromEntries(inherited),
    backup: properties["backup"],
    storage: { ...asWire(DEFAULT_PROPERTIES["storage"]), storageSizeGB, tier, iops },
    ...(availabilityZone !== undefined && { availabilityZone }),
    network: { ...asWire(properties["network"]), publicNetworkAccess: "Enabled", ...asWire(network) },
  };
}

/** A moment that is not in the backups yet makes the operation fail, long after it was accepted. */
function fill(world: World, server: FlexibleServer, source: FlexibleServer, atMs: number): Wire {
  const { name } = server;
  if (source.deletedAtMs !== undefined)
    fail(world, server, `The server '${source.name}' was dropped while it was restored to '${name}'.`);
  if (atMs > server.createdAtMs - world.pace.backupDelayMs)
    fail(
      world,
      server,
      `The restore to '${name}' failed: recovery ended before the recovery target was reached.`,
    );
  for (const [database, definition] of source.databases) server.databases.set(database, definition);
  if (world.faults.restoresKeepFirewall)
    for (const [rule, wire] of source.firewallRules) server.firewallRules.set(rule, wire);
  for (const [parameter, value] of defaultParameters(server.kind)) server.parameters.set(parameter, value);
  server.state = "Ready";
  server.hiddenLooks = world.faults.hiddenLooks;
  return describeServer(world, server);
}

function fail(world: World, server: FlexibleServer, message: string): never {
  server.deletedAtMs = world.clock.now();
  throw new Refusal(400, { code: "RestoreServerFailed", message }, message);
}
