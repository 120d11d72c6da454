import { later } from "../azure/long-running.ts";
import { type Answer, asWire, ok, type Wire } from "../azure/wire.ts";
import type { ManagedCall } from "../azure/world.ts";
import { accountId } from "./account.ts";
import { type Throughput, throughputOf } from "./container.ts";
import { requireOnline } from "./find-account.ts";
import { refuse } from "./refusal.ts";
import { requireContainer, requireDatabase } from "./sql-resources.ts";
import type { Routes, World } from "./world.ts";

const LEAST_RU = 400;
const LEAST_AUTOSCALE_RU = 1_000;

/** Where the throughput of a database or of a container is kept. */
interface Owner {
  throughput: Throughput | undefined;
}

function ownerOf(world: World, params: ManagedCall["params"]): Owner {
  return params["container"] === undefined ? requireDatabase(world, params) : requireContainer(world, params);
}

/** One that shares its database's throughput, or a database without any, has no settings to show. */
function provisioned(world: World, params: ManagedCall["params"]): Throughput {
  return (
    ownerOf(world, params).throughput ??
    refuse(
      404,
      "NotFound",
      "Entity with the specified id does not exist in the system: no throughput settings",
    )
  );
}

function get(world: World, { params }: ManagedCall): Answer {
  return ok(describe(world, params, provisioned(world, params)));
}

function describe(world: World, params: ManagedCall["params"], throughput: Throughput): Wire {
  const container = params["container"] === undefined ? "" : `/containers/${params["container"]}`;
  const below = `sqlDatabases/${params["database"]}${container}/throughputSettings/default`;
  return {
    id: `${accountId(world, requireOnline(world, params))}/${below}`,
    name: "default",
    type: "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/throughputSettings",
    properties: { resource: settingsOf(throughput) },
  };
}

function settingsOf(throughput: Throughput): Wire {
  switch (throughput.kind) {
    case "manual":
      return { throughput: throughput.throughput, minimumThroughput: String(LEAST_RU) };
    case "autoscale": {
      const { maxThroughput } = throughput;
      return {
        throughput: Math.floor(maxThroughput / 10),
        autoscaleSettings: { maxThroughput },
        minimumThroughput: String(LEAST_AUTOSCALE_RU),
      };
    }
    default:
      return throughput satisfies never;
  }
}

/** Never from one kind to the other: that is a migration. */
function put(world: World, call: ManagedCall): Answer {
  const current = provisioned(world, call.params);
  const next = throughputOf(asWire(asWire(call.wire["properties"])["resource"]));
  if (next === undefined)
    return refuse(400, "BadRequest", "Neither throughput nor autoscaleSettings is given");
  if (next.kind !== current.kind)
    refuse(400, "BadRequest", `The throughput is ${current.kind}; migrate it to ${next.kind} first`);
  return change(world, call, () => next);
}

function change(world: World, call: ManagedCall, next: (current: Throughput) => Throughput): Answer {
  const current = provisioned(world, call.params);
  const owner = ownerOf(world, call.params);
  return later(world, call, () => {
    owner.throughput = next(current);
    return describe(world, call.params, owner.throughput);
  });
}

function toAutoscale(world: World, call: ManagedCall): Answer {
  return change(world, call, (current) => {
    if (current.kind === "autoscale") return current;
    return { kind: "autoscale", maxThroughput: Math.max(LEAST_AUTOSCALE_RU, current.throughput) };
  });
}

function toManual(world: World, call: ManagedCall): Answer {
  return change(world, call, (current) => {
    if (current.kind === "manual") return current;
    return { kind: "manual", throughput: Math.max(LEAST_RU, current.maxThroughput) };
  });
}

const OF_DATABASE = "databaseAccounts/:account/sqlDatabases/:database/throughputSettings/default";
const OF_CONTAINER =
  "databaseAccounts/:account/sqlDatabases/:database/containers/:container/throughputSettings/default";

function routesOf(settings: string): Routes {
  return {
    [`GET ${settings}`]: get,
    [`PUT ${settings}`]: put,
    [`POST ${settings}/migrateToAutoscale`]: toAutoscale,
    [`POST ${settings}/migrateToManualThroughput`]: toManual,
  };
}

export const THROUGHPUT: Routes = { ...routesOf(OF_DATABASE), ...routesOf(OF_CONTAINER) };
