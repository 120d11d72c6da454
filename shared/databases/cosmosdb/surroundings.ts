import { allOf } from "../../azure/arm/all-of.ts";
import { readPrivateEndpoint } from "../../azure/arm/private-endpoint.ts";
import { attempt } from "../../azure/arm/refusal.ts";
import { captureAround } from "../../azure/arm/surroundings.ts";
import { readOrNote } from "../../azure/arm/unread.ts";
import type { CapturedCosmosdb } from "../../restore/cosmosdb/captured.ts";
import { concurrently } from "../concurrently.ts";
import { type Account, accountId } from "./account.ts";
import type { CosmosdbConnection } from "./connection.ts";
import { AT_A_TIME } from "./contents.ts";

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

/** What belongs to an account and is a resource of its own: none of it is in a restored one. */
export async function captureSurroundings(
  connection: CosmosdbConnection,
  account: Account,
  unread: string[],
): Promise<Surroundings> {
  const name = account.name ?? "";
  const id = account.id ?? accountId(connection.address, name);
  const around = await captureAround(connection, id, unread);
  return {
    ...around,
    privateEndpoints: await capturePrivateEndpoints(connection, account, unread),
    ...(await captureRoles(connection, name, unread)),
  };
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

/** Of the SDK's objects, which have undefined members. */
function plain(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}
