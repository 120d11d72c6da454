import { later } from "../azure/long-running.ts";
import { type Answer, asWire, ok, type Wire } from "../azure/wire.ts";
import type { ManagedCall } from "../azure/world.ts";
import { type Account, accountId, type Database } from "./account.ts";
import {
  Container,
  type Definition,
  define,
  describeDefinition,
  newRid,
  type ScriptKind,
  throughputOf,
} from "./container.ts";
import { requireOnline } from "./find-account.ts";
import { refuse } from "./refusal.ts";
import type { Routes, World } from "./world.ts";

type Params = ManagedCall["params"];

const TYPE = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases";

export function liveDatabase(account: Account, name: string): Database | undefined {
  return account.databases.find(
    ({ definition, deletedAtMs }) => deletedAtMs === undefined && definition.id === name,
  );
}

export function liveContainer(database: Database, name: string): Container | undefined {
  return database.containers.find(
    (container) => container.deletedAtMs === undefined && container.name === name,
  );
}

export function requireDatabase(world: World, params: Params): Database {
  const account = requireOnline(world, params);
  return liveDatabase(account, String(params["database"])) ?? notFound();
}

export function requireContainer(world: World, params: Params): Container {
  return liveContainer(requireDatabase(world, params), String(params["container"])) ?? notFound();
}

function notFound(): never {
  return refuse(404, "NotFound", 'Message: {"code":"NotFound","message":"Owner resource does not exist"}');
}

/** The path below the account, for ids. */
function describe(world: World, params: Params, below: string, definition: Definition, type: string): Wire {
  return {
    id: `${accountId(world, requireOnline(world, params))}/${below}`,
    name: definition.id,
    type,
    properties: { resource: describeDefinition(definition) },
  };
}

function describeDatabase(world: World, params: Params, { definition }: Database): Wire {
  return describe(world, params, `sqlDatabases/${definition.id}`, definition, TYPE);
}

function describeContainer(world: World, params: Params, { definition }: Container): Wire {
  const below = `sqlDatabases/${params["database"]}/containers/${definition.id}`;
  return describe(world, params, below, definition, `${TYPE}/containers`);
}

function resourceOf({ wire }: ManagedCall): Wire {
  return asWire(asWire(wire["properties"])["resource"]);
}

function listDatabases(world: World, { params }: ManagedCall): Answer {
  const value = requireOnline(world, params)
    .databases.filter(({ deletedAtMs }) => deletedAtMs === undefined)
    .map((database) => describeDatabase(world, params, database));
  return ok({ value });
}

function getDatabase(world: World, { params }: ManagedCall): Answer {
  return ok(describeDatabase(world, params, requireDatabase(world, params)));
}

function putDatabase(world: World, call: ManagedCall): Answer {
  const account = requireOnline(world, call.params);
  return later(world, call, () => {
    const known = liveDatabase(account, String(call.params["database"]));
    if (known) return describeDatabase(world, call.params, known);
    const database = addDatabase(world, account, resourceOf(call), optionsOf(call));
    return describeDatabase(world, call.params, database);
  });
}

export function addDatabase(world: World, account: Account, resource: Wire, options: Wire): Database {
  const nowMs = world.clock.now();
  const database: Database = {
    createdAtMs: nowMs,
    deletedAtMs: undefined,
    definition: define(resource, nowMs, newRid(4)),
    throughput: throughputOf(options),
    containers: [],
  };
  account.databases.push(database);
  return database;
}

function deleteDatabase(world: World, call: ManagedCall): Answer {
  const database = requireDatabase(world, call.params);
  return later(world, call, () => {
    database.deletedAtMs = world.clock.now();
    for (const container of database.containers) container.deletedAtMs ??= database.deletedAtMs;
    return undefined;
  });
}

function listContainers(world: World, { params }: ManagedCall): Answer {
  const value = requireDatabase(world, params)
    .containers.filter(({ deletedAtMs }) => deletedAtMs === undefined)
    .map((container) => describeContainer(world, params, container));
  return ok({ value });
}

function getContainer(world: World, { params }: ManagedCall): Answer {
  return ok(describeContainer(world, params, requireContainer(world, params)));
}

/** A container that is there gets the new definition, and keeps what it holds. */
function putContainer(world: World, call: ManagedCall): Answer {
  const database = requireDatabase(world, call.params);
  return later(world, call, () => {
    const known = liveContainer(database, String(call.params["container"]));
    if (known)
      known.definition = define(withDefaults(resourceOf(call)), world.clock.now(), known.definition.rid);
    const container = known ?? addContainer(world, database, resourceOf(call), optionsOf(call));
    return describeContainer(world, call.params, container);
  });
}

export function addContainer(world: World, database: Database, resource: Wire, options: Wire): Container {
  const nowMs = world.clock.now();
  const definition = define(withDefaults(resource), nowMs);
  const container = new Container(definition, throughputOf(options), nowMs, world.journalStatesMax);
  database.containers.push(container);
  return container;
}

function withDefaults(resource: Wire): Wire {
  return {
    indexingPolicy: {
      indexingMode: "consistent",
      automatic: true,
      includedPaths: [{ path: "/*" }],
      excludedPaths: [{ path: '/"_etag"/?' }],
    },
    conflictResolutionPolicy: { mode: "LastWriterWins", conflictResolutionPath: "/_ts" },
    ...resource,
  };
}

function deleteContainer(world: World, call: ManagedCall): Answer {
  const container = requireContainer(world, call.params);
  return later(world, call, () => {
    container.deletedAtMs = world.clock.now();
    return undefined;
  });
}

function optionsOf({ wire }: ManagedCall): Wire {
  return asWire(asWire(wire["properties"])["options"]);
}

function listScripts(world: World, { params }: ManagedCall): Answer {
  const scripts = requireContainer(world, params).scripts[kindOf(params)];
  return ok({ value: [...scripts.values()].map((script) => describeScript(world, params, script)) });
}

function getScript(world: World, { params }: ManagedCall): Answer {
  const script = requireContainer(world, params).scripts[kindOf(params)].get(String(params["script"]));
  return ok(describeScript(world, params, script ?? notFound()));
}

function putScript(world: World, call: ManagedCall): Answer {
  const { params } = call;
  const scripts = requireContainer(world, params).scripts[kindOf(params)];
  return later(world, call, () => {
    const name = String(params["script"]);
    const script = define(resourceOf(call), world.clock.now(), scripts.get(name)?.rid ?? newRid(16));
    scripts.set(name, script);
    return describeScript(world, params, script);
  });
}

function deleteScript(world: World, call: ManagedCall): Answer {
  const { params } = call;
  const scripts = requireContainer(world, params).scripts[kindOf(params)];
  if (!scripts.has(String(params["script"]))) return { status: 204 };
  return later(world, call, () => {
    scripts.delete(String(params["script"]));
    return undefined;
  });
}

const SCRIPT_KINDS: readonly ScriptKind[] = ["storedProcedures", "triggers", "userDefinedFunctions"];

function kindOf(params: Params): ScriptKind {
  return SCRIPT_KINDS.find((kind) => kind === params["kind"]) ?? notFound();
}

function describeScript(world: World, params: Params, script: Definition): Wire {
  const kind = kindOf(params);
  const below = `sqlDatabases/${params["database"]}/containers/${params["container"]}/${kind}/${script.id}`;
  return describe(world, params, below, script, `${TYPE}/containers/${kind}`);
}

const DATABASES = "databaseAccounts/:account/sqlDatabases";
const CONTAINERS = `${DATABASES}/:database/containers`;
const SCRIPTS = `${CONTAINERS}/:container/:kind`;

export const SQL_RESOURCES: Routes = {
  [`GET ${DATABASES}`]: listDatabases,
  [`GET ${DATABASES}/:database`]: getDatabase,
  [`PUT ${DATABASES}/:database`]: putDatabase,
  [`DELETE ${DATABASES}/:database`]: deleteDatabase,
  [`GET ${CONTAINERS}`]: listContainers,
  [`GET ${CONTAINERS}/:container`]: getContainer,
  [`PUT ${CONTAINERS}/:container`]: putContainer,
  [`DELETE ${CONTAINERS}/:container`]: deleteContainer,
  [`GET ${SCRIPTS}`]: listScripts,
  [`GET ${SCRIPTS}/:script`]: getScript,
  [`PUT ${SCRIPTS}/:script`]: putScript,
  [`DELETE ${SCRIPTS}/:script`]: deleteScript,
};
