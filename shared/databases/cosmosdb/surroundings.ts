import type { CapturedCosmosdb, Resource } from "../../restore/cosmosdb/captured.ts";
import { concurrently } from "../concurrently.ts";
import { type Account, accountId } from "./account.ts";
import { allOf } from "./all-of.ts";
import { API, type ArmResource, listResources } from "./arm-resource.ts";
import type { CosmosdbConnection } from "./connection.ts";
import { AT_A_TIME } from "./contents.ts";
import { readPrivateEndpoint } from "./private-endpoint.ts";
import { attempt } from "./refusal.ts";
import { readOrNote } from "./unread.ts";

type Surroundings = Pick<
  CapturedCosmosdb,
  | "privateEndpoints"
  | "diagnosticSettings"
  | "roleDefinitions"
  | "roleAssignments"
  | "accessAssignments"
  | "locks"
  | "locksAbove"
>;

const ACCOUNT = "Microsoft.DocumentDB/databaseAccounts";
const LOCKS = "Microsoft.Authorization/locks";
/** Without it what the account inherits is not listed, and what lies below it is. */
const AT_SCOPE = "atScope()";

/** What belongs to an account and is a resource of its own: none of it is in a restored one. */
export async function captureSurroundings(
  connection: CosmosdbConnection,
  account: Account,
  unread: string[],
): Promise<Surroundings> {
  const name = account.name ?? "";
  const id = account.id ?? accountId(connection.address, name);
  const [group = ""] = id.split(/\/providers\//i);
  const list = async (what: string, type: string, version: string, filter?: string) =>
    (await readOrNote(unread, what, `${type}/read`, () =>
      listResources(connection, `${id}/providers/${type}`, version, filter),
    )) ?? [];
  const [diagnosticSettings, access, locks, above] = await Promise.all([
    list("the diagnostic settings", "Microsoft.Insights/diagnosticSettings", API.diagnosticSettings),
    list("the access assignments", "Microsoft.Authorization/roleAssignments", API.roleAssignments, AT_SCOPE),
    list("the locks", LOCKS, API.locks, AT_SCOPE),
    locksAround(connection, group),
  ]);
  return {
    privateEndpoints: await capturePrivateEndpoints(connection, account, unread),
    diagnosticSettings: diagnosticSettings.map(resourceOf),
    ...(await captureRoles(connection, name, unread)),
    accessAssignments: access.filter(({ properties }) => isSame(properties?.["scope"], id)).map(resourceOf),
    locks: locks.filter((lock) => isSame(lockedScope(lock), id)).map(resourceOf),
    locksAbove: above
      .filter((lock) => isAbove(lockedScope(lock), id))
      .map(({ id: lock = "", properties }) => ({ id: lock, level: String(properties?.["level"] ?? "") }))
      .sort((one, other) => (one.id < other.id ? -1 : 1)),
  };
}

/** Who may not see them is told of the account's own. */
async function locksAround(connection: CosmosdbConnection, group: string): Promise<readonly ArmResource[]> {
  const locks = `${group}/providers/${LOCKS}`;
  const read = () => listResources(connection, locks, API.locks, AT_SCOPE);
  return (await readOrNote([], "the locks of the resource group", `${LOCKS}/read`, read)) ?? [];
}

async function captureRoles(
  { arm, address: { resourceGroup } }: CosmosdbConnection,
  name: string,
  unread: string[],
): Promise<Pick<Surroundings, "roleDefinitions" | "roleAssignments">> {
  const { sqlResources } = await arm();
  const definitions = await readOrNote(
    unread,
    "the role definitions of the data plane",
    `${ACCOUNT}/sqlRoleDefinitions/read`,
    () =>
      attempt("list the role definitions of account", name, () =>
        allOf(sqlResources.listSqlRoleDefinitions(resourceGroup, name)),
      ),
  );
  const assignments = await readOrNote(
    unread,
    "the role assignments of the data plane",
    `${ACCOUNT}/sqlRoleAssignments/read`,
    () =>
      attempt("list the role assignments of account", name, () =>
        allOf(sqlResources.listSqlRoleAssignments(resourceGroup, name)),
      ),
  );
  return {
    roleDefinitions: (definitions ?? [])
      .filter(({ typePropertiesType }) => typePropertiesType === "CustomRole")
      .map(({ name: id = "", roleName, assignableScopes, permissions, typePropertiesType }) => ({
        name: id,
        properties: plain({ roleName, type: typePropertiesType, assignableScopes, permissions }),
      })),
    roleAssignments: (assignments ?? []).map(({ name: id = "", roleDefinitionId, scope, principalId }) => ({
      name: id,
      properties: plain({ roleDefinitionId, scope, principalId }),
    })),
  };
}

async function capturePrivateEndpoints(
  connection: CosmosdbConnection,
  { privateEndpointConnections = [] }: Account,
  unread: string[],
): Promise<CapturedCosmosdb["privateEndpoints"]> {
  const ids = privateEndpointConnections.flatMap(({ privateEndpoint }) => privateEndpoint?.id ?? []);
  const found = await concurrently(AT_A_TIME, ids.sort(), (id) =>
    readOrNote(unread, `private endpoint ${id}`, "Microsoft.Network/privateEndpoints/read", () =>
      readPrivateEndpoint(connection, id),
    ),
  );
  return found.flatMap((endpoint) => endpoint ?? []);
}

function resourceOf({ name = "", properties = {} }: ArmResource): Resource {
  return { name, properties: { ...properties } };
}

/** Of the SDK's objects, which have undefined members. */
function plain(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

/** What a lock is of: its id begins with it. */
function lockedScope({ id = "" }: ArmResource): string {
  return id.split(/\/providers\/Microsoft\.Authorization\/locks\//i)[0] ?? "";
}

function isAbove(scope: string, id: string): boolean {
  return id.toLowerCase().startsWith(`${scope.toLowerCase()}/`);
}

function isSame(one: unknown, other: string): boolean {
  return typeof one === "string" && one.toLowerCase() === other.toLowerCase();
}
