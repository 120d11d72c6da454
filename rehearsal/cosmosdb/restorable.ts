import { locationKey, sameLocation } from "../azure/location.ts";
import { type Answer, ok, type Wire } from "../azure/wire.ts";
import type { ManagedCall } from "../azure/world.ts";
import { type Account, type Database, isAlive, regionOf } from "./account.ts";
import type { Container, Definition } from "./container.ts";
import { describeDefinition } from "./container.ts";
import { oldestRestorableMs } from "./continuous-backup.ts";
import { refuse } from "./refusal.ts";
import type { Routes, World } from "./world.ts";

const TYPE = "Microsoft.DocumentDB/locations/restorableDatabaseAccounts";

export function databasesAt(account: Account, atMs: number): readonly Database[] {
  return account.databases.filter((database) => isAlive(database, atMs));
}

export function containersAt(database: Database, atMs: number): readonly Container[] {
  return database.containers.filter((container) => isAlive(container, atMs));
}

/** The account that a restorable account's id names, dead or alive. */
export function accountOfSource(world: World, id: string): Account | undefined {
  const match = /\/locations\/([^/]+)\/restorableDatabaseAccounts\/([^/]+)$/i.exec(id);
  if (match === null) return undefined;
  const [, location = "", instanceId] = match;
  return restorableAccounts(world, location).find((account) => account.instanceId === instanceId);
}

/** With continuous backup, and within the retention from their deletion if they were deleted. */
function restorableAccounts(world: World, location: string | undefined): readonly Account[] {
  return world.accounts
    .filter(({ continuousSinceMs, phase }) => continuousSinceMs !== undefined && phase !== "Creating")
    .filter(
      (account) => (account.deletedAtMs ?? Number.POSITIVE_INFINITY) >= oldestRestorableMs(world, account),
    )
    .filter((account) => location === undefined || sameLocation(account.location, location));
}

function describe(world: World, account: Account): Wire {
  const { name, instanceId, location, createdAtMs, deletedAtMs } = account;
  return {
    id: `/subscriptions/${world.subscription}/providers/Microsoft.DocumentDB/locations/${locationKey(location)}/restorableDatabaseAccounts/${instanceId}`,
    name: instanceId,
    type: TYPE,
    location,
    properties: {
      accountName: name,
      apiType: "Sql",
      creationTime: iso(createdAtMs),
      oldestRestorableTime: iso(oldestRestorableMs(world, account)),
      ...(deletedAtMs !== undefined && { deletionTime: iso(deletedAtMs) }),
      restorableLocations: account.regions.map((region) => ({
        locationName: region.name,
        regionalDatabaseAccountInstanceId: region.instanceId,
        creationTime: iso(region.createdAtMs),
        ...(region.deletedAtMs !== undefined && { deletionTime: iso(region.deletedAtMs) }),
      })),
    },
  };
}

/** Whole seconds, as the service says it. */
function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, "");
}

function list(world: World, { params }: ManagedCall): Answer {
  return ok({
    value: restorableAccounts(world, params["location"]).map((account) => describe(world, account)),
  });
}

function get(world: World, { params }: ManagedCall): Answer {
  return ok(describe(world, requireRestorable(world, params)));
}

function requireRestorable(world: World, params: ManagedCall["params"]): Account {
  const { location, instance } = params;
  return (
    restorableAccounts(world, location).find(({ instanceId }) => instanceId === instance) ??
    refuse(404, "NotFound", `Restorable database account '${instance}' was not found in '${location}'`)
  );
}

function listDatabases(world: World, { params }: ManagedCall): Answer {
  const account = requireRestorable(world, params);
  const value = account.databases.flatMap((database) =>
    events(database).map(([operationType, atMs]) => ({
      type: `${TYPE}/restorableSqlDatabases`,
      properties: {
        resource: {
          ...event(database.definition, operationType, atMs),
          database: describeDefinition(database.definition),
        },
      },
    })),
  );
  return ok({ value });
}

function listContainers(world: World, { params, query }: ManagedCall): Answer {
  const account = requireRestorable(world, params);
  const rid = query.get("restorableSqlDatabaseRid");
  const value = account.databases
    .filter(({ definition }) => rid === null || definition.rid === rid)
    .flatMap(({ containers }) => containers)
    .flatMap((container) =>
      events(container).map(([operationType, atMs]) => ({
        type: `${TYPE}/restorableSqlContainers`,
        properties: {
          resource: {
            ...event(container.definition, operationType, atMs),
            container: describeDefinition(container.definition),
          },
        },
      })),
    );
  return ok({ value });
}

function events({ createdAtMs, deletedAtMs }: Database | Container): readonly (readonly [string, number])[] {
  const created = ["Create", createdAtMs] as const;
  return deletedAtMs === undefined ? [created] : [created, ["Delete", deletedAtMs]];
}

function event({ id, rid }: Definition, operationType: string, atMs: number): Wire {
  return { _rid: rid, operationType, eventTimestamp: iso(atMs), ownerId: id, ownerResourceId: rid };
}

/** What there was at a time, of accounts that live: databases with the names of their containers. */
function listResources(world: World, { params, query }: ManagedCall): Answer {
  const account = requireRestorable(world, params);
  const atMs = Date.parse(query.get("restoreTimestampInUtc") ?? new Date(world.clock.now()).toISOString());
  if (atMs < account.createdAtMs)
    refuse(
      400,
      "BadRequest",
      "Invalid restore timestamp.  Please provide a time (in UTC) after the account has been created",
    );
  const location = query.get("restoreLocation") ?? account.location;
  if (account.deletedAtMs !== undefined || !regionOf(account, location, atMs))
    refuse(404, "NotFound", `Account ${account.name} was not online in '${location}' at that time`);
  const value = databasesAt(account, atMs).map((database) => ({
    id: `${params["instance"]}/restorableSqlResources/${database.definition.id}`,
    name: database.definition.id,
    type: `${TYPE}/restorableSqlResources`,
    databaseName: database.definition.id,
    collectionNames: containersAt(database, atMs).map(({ name }) => name),
  }));
  return ok({ value });
}

const ONE = "locations/:location/restorableDatabaseAccounts/:instance";

export const RESTORABLE: Routes = {
  "GET restorableDatabaseAccounts": list,
  "GET locations/:location/restorableDatabaseAccounts": list,
  [`GET ${ONE}`]: get,
  [`GET ${ONE}/restorableSqlDatabases`]: listDatabases,
  [`GET ${ONE}/restorableSqlContainers`]: listContainers,
  [`GET ${ONE}/restorableSqlResources`]: listResources,
};
