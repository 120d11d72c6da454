import { type Answer, asWire, type Call, ok, type Wire } from "../azure/wire.ts";
import type { Account, Database } from "./account.ts";
import {
  type Container,
  type Definition,
  define,
  describeDefinition,
  newRid,
  type ScriptKind,
} from "./container.ts";
import { refuse } from "./refusal.ts";
import { addContainer, addDatabase, liveContainer, liveDatabase } from "./sql-resources.ts";
import type { World } from "./world.ts";

/** One collection of definitions on the data plane: what clients with a key read and change there. */
interface Collection {
  /** The member of a list's answer. */
  readonly listed: string;
  all(): readonly Definition[];
  create(resource: Wire, options: Wire): Definition;
  replace(id: string, resource: Wire): Definition;
  remove(id: string): void;
}

const SCRIPTS: Readonly<Record<string, readonly [ScriptKind, string]>> = {
  sprocs: ["storedProcedures", "StoredProcedures"],
  triggers: ["triggers", "Triggers"],
  udfs: ["userDefinedFunctions", "UserDefinedFunctions"],
};

/** Databases, containers and scripts by `dbs/a/colls/b/sprocs/c`, and the lists of them. */
export function callDefinitions(world: World, account: Account, call: Call): Answer {
  const { method, path } = call;
  const collection = collectionOf(world, account, path);
  const id = path.length % 2 === 0 ? path.at(-1) : undefined;
  if (id === undefined) return method === "POST" ? create(collection, call) : list(collection);
  const known = collection.all().find((definition) => definition.id === id) ?? notFound();
  switch (method) {
    case "GET":
      return ok(describeDefinition(known), { etag: known.etag });
    case "PUT":
      return ok(describeDefinition(collection.replace(id, asWire(call.body))));
    case "DELETE":
      collection.remove(id);
      return { status: 204 };
    default:
      return refuse(405, "MethodNotAllowed", `The method '${method}' is not allowed here`);
  }
}

/** A POST with a query asks for definitions by their id; the list holds them. */
function create(collection: Collection, { body, headers }: Call): Answer {
  if (headers["x-ms-documentdb-isquery"] !== undefined) return list(collection);
  const resource = asWire(body);
  if (collection.all().some(({ id }) => id === resource["id"]))
    refuse(409, "Conflict", "Resource with specified id, name, or unique index already exists.");
  return { status: 201, body: describeDefinition(collection.create(resource, optionsOf(headers))) };
}

function list(collection: Collection): Answer {
  const definitions = collection.all().map(describeDefinition);
  return ok({ _rid: "", [collection.listed]: definitions, _count: definitions.length });
}

function optionsOf(headers: Call["headers"]): Wire {
  const throughput = headers["x-ms-offer-throughput"];
  const autoscale = headers["x-ms-cosmos-offer-autopilot-settings"];
  return {
    ...(throughput !== undefined && { throughput: Number(throughput) }),
    ...(autoscale !== undefined && { autoscaleSettings: JSON.parse(autoscale) }),
  };
}

function collectionOf(world: World, account: Account, path: readonly string[]): Collection {
  const [, databaseName = "", , containerName = "", kind = ""] = path;
  if (path.length <= 2) return databases(world, account);
  const database = liveDatabase(account, databaseName) ?? notFound();
  if (path.length <= 4) return containers(world, database);
  const container = liveContainer(database, containerName) ?? notFound();
  const [scripts, listed] = SCRIPTS[kind] ?? notFound();
  return scriptsOf(world, container, scripts, listed);
}

function notFound(): never {
  return refuse(
    404,
    "NotFound",
    'Message: {"Errors":["Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found"]}',
  );
}

function databases(world: World, account: Account): Collection {
  return {
    listed: "Databases",
    all: () => account.databases.filter(({ deletedAtMs }) => deletedAtMs === undefined).map(definitionOf),
    create: (resource, options) => addDatabase(world, account, resource, options).definition,
    replace: () => refuse(405, "MethodNotAllowed", "A database cannot be replaced"),
    remove: (id) => end(world, liveDatabase(account, id)),
  };
}

function containers(world: World, database: Database): Collection {
  return {
    listed: "DocumentCollections",
    all: () => database.containers.filter(({ deletedAtMs }) => deletedAtMs === undefined).map(definitionOf),
    create: (resource, options) => addContainer(world, database, resource, options).definition,
    replace(id, resource) {
      const container = liveContainer(database, id) ?? notFound();
      container.definition = define(resource, world.clock.now(), container.definition.rid);
      return container.definition;
    },
    remove: (id) => end(world, liveContainer(database, id)),
  };
}

function scriptsOf(world: World, container: Container, kind: ScriptKind, listed: string): Collection {
  const scripts = container.scripts[kind];
  const set = (resource: Wire, rid: string) => {
    const script = define(resource, world.clock.now(), rid);
    scripts.set(script.id, script);
    return script;
  };
  return {
    listed,
    all: () => [...scripts.values()],
    create: (resource) => set(resource, newRid(16)),
    replace: (id, resource) => set(resource, scripts.get(id)?.rid ?? newRid(16)),
    remove: (id) => void scripts.delete(id),
  };
}

function definitionOf({ definition }: Database | Container): Definition {
  return definition;
}

function end(world: World, ended: Database | Container | undefined): void {
  if (ended === undefined) return;
  ended.deletedAtMs = world.clock.now();
  if ("containers" in ended)
    for (const container of ended.containers) container.deletedAtMs ??= ended.deletedAtMs;
}
