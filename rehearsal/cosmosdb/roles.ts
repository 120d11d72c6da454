import { later } from "../azure/long-running.ts";
import { type Answer, asWire, ok, type Wire } from "../azure/wire.ts";
import type { ManagedCall } from "../azure/world.ts";
import { type Account, accountId } from "./account.ts";
import { requireOnline } from "./find-account.ts";
import { refuse } from "./refusal.ts";
import type { Routes, World } from "./world.ts";

const TYPE = "Microsoft.DocumentDB/databaseAccounts";
const READ_METADATA = "Microsoft.DocumentDB/databaseAccounts/readMetadata";
const CONTAINERS = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers";

/** Those that every account has, under their well-known ids. */
const BUILT_IN: Readonly<
  Record<string, { readonly roleName: string; readonly dataActions: readonly string[] }>
> = {
  "00000000-0000-0000-0000-000000000001": {
    roleName: "Cosmos DB Built-in Data Reader",
    dataActions: [
      READ_METADATA,
      `${CONTAINERS}/executeQuery`,
      `${CONTAINERS}/readChangeFeed`,
      `${CONTAINERS}/items/read`,
    ],
  },
  "00000000-0000-0000-0000-000000000002": {
    roleName: "Cosmos DB Built-in Data Contributor",
    dataActions: [READ_METADATA, `${CONTAINERS}/*`, `${CONTAINERS}/items/*`],
  },
};

type Collection = "sqlRoleDefinitions" | "sqlRoleAssignments";

function definitionsOf(world: World, account: Account): ReadonlyMap<string, Wire> {
  const builtIn = Object.entries(BUILT_IN).map(([id, { roleName, dataActions }]) => {
    const permissions = [{ dataActions, notDataActions: [] }];
    const properties = {
      roleName,
      type: "BuiltInRole",
      assignableScopes: [accountId(world, account)],
      permissions,
    };
    return [id, describe(world, account, "sqlRoleDefinitions", id, properties)] as const;
  });
  return new Map([...builtIn, ...account.roleDefinitions]);
}

function describe(
  world: World,
  account: Account,
  collection: Collection,
  name: string,
  properties: Wire,
): Wire {
  return {
    id: `${accountId(world, account)}/${collection}/${name}`,
    name,
    type: `${TYPE}/${collection}`,
    properties,
  };
}

/** Whether a principal may do something to the data of an account. Resources are paths like `/dbs/a/colls/b`. */
export function isPermitted(
  world: World,
  account: Account,
  principalId: string,
  action: string,
  path: string,
) {
  const definitions = definitionsOf(world, account);
  return [...account.roleAssignments.values()]
    .map((assignment) => asWire(assignment["properties"]))
    .filter((properties) => properties["principalId"] === principalId)
    .filter(({ scope }) => covers(accountId(world, account), String(scope), path))
    .some(({ roleDefinitionId }) => {
      const definition = definitions.get(String(roleDefinitionId).split("/").at(-1) ?? "");
      return dataActionsOf(definition).some((pattern) => matches(pattern, action));
    });
}

function dataActionsOf(definition: Wire | undefined): readonly string[] {
  const permissions = asWire(definition?.["properties"])["permissions"] as readonly Wire[] | undefined;
  return (permissions ?? []).flatMap(({ dataActions }) => (dataActions ?? []) as readonly string[]);
}

/** A scope is the account itself, or a database or container in it. */
function covers(own: string, scope: string, path: string): boolean {
  const below = scope.toLowerCase().replace(own.toLowerCase(), "").replace(/\/$/, "");
  return below === "" || path.toLowerCase() === below || path.toLowerCase().startsWith(`${below}/`);
}

function matches(pattern: string, action: string): boolean {
  return pattern.endsWith("*") ? action.startsWith(pattern.slice(0, -1)) : pattern === action;
}

function stored(account: Account, collection: Collection): Map<string, Wire> {
  return collection === "sqlRoleDefinitions" ? account.roleDefinitions : account.roleAssignments;
}

function routesOf(collection: Collection): Routes {
  const all = (world: World, account: Account) =>
    collection === "sqlRoleDefinitions" ? definitionsOf(world, account) : account.roleAssignments;
  const path = `databaseAccounts/:account/${collection}`;
  return {
    [`GET ${path}`]: (world, { params }) =>
      ok({ value: [...all(world, requireOnline(world, params)).values()] }),
    [`GET ${path}/:role`]: (world, { params }) =>
      ok(
        all(world, requireOnline(world, params)).get(String(params["role"])) ??
          refuse(404, "NotFound", `The role '${params["role"]}' was not found`),
      ),
    [`PUT ${path}/:role`]: (world, call) => put(world, call, collection),
    [`DELETE ${path}/:role`]: (world, call) => {
      const roles = stored(requireOnline(world, call.params), collection);
      return later(world, call, () => void roles.delete(String(call.params["role"])));
    },
  };
}

function put(world: World, call: ManagedCall, collection: Collection): Answer {
  const account = requireOnline(world, call.params);
  const name = String(call.params["role"]);
  const properties = { type: "CustomRole", ...asWire(call.wire["properties"]) };
  if (collection === "sqlRoleAssignments") checkAssignment(world, account, properties);
  return later(world, call, () => {
    const role = describe(world, account, collection, name, properties);
    stored(account, collection).set(name, role);
    return role;
  });
}

function checkAssignment(world: World, account: Account, properties: Wire): void {
  const id = String(properties["roleDefinitionId"]);
  if (!definitionsOf(world, account).has(id.split("/").at(-1) ?? ""))
    refuse(404, "NotFound", `The role definition '${id}' was not found in account ${account.name}`);
}

export const ROLES: Routes = { ...routesOf("sqlRoleDefinitions"), ...routesOf("sqlRoleAssignments") };
