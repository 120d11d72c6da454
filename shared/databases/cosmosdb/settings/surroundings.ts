import type { CapturedCosmosdb, Resource } from "../../../restore/cosmosdb/captured.ts";
import { assignmentText, belowAccount } from "../../../restore/cosmosdb/settings.ts";
import { accountId } from "../account.ts";
import { API, putResource } from "../arm-resource.ts";
import type { CosmosdbConnection } from "../connection.ts";
import { bounded } from "../long-running.ts";
import { guidOf } from "../own-access.ts";
import { lastPart } from "../private-endpoint.ts";
import type { Changing } from "./changing.ts";

interface Both {
  readonly original: CapturedCosmosdb;
  readonly restored: CapturedCosmosdb;
}

/** Roles of the data plane: the definitions first, since the assignments name them. */
export async function putRolesBack(
  connection: CosmosdbConnection,
  { change }: Changing,
  { original, restored }: Both,
): Promise<void> {
  const { account: name } = restored;
  const { resourceGroup } = connection.address;
  const { sqlResources } = await connection.arm();
  for (const { name: id, properties } of missing(original.roleDefinitions, restored.roleDefinitions, byName))
    await change(`role definition "${properties["roleName"] ?? id}"`, name, async () => {
      await sqlResources.createUpdateSqlRoleDefinition(
        resourceGroup,
        name,
        id,
        ofAccount(properties, restored),
        bounded(),
      );
    });
  for (const one of missing(original.roleAssignments, restored.roleAssignments, assignmentText)) {
    const text = assignmentText(one);
    await change(`the role assignment of ${text}`, name, async () => {
      await sqlResources.createUpdateSqlRoleAssignment(
        resourceGroup,
        name,
        guidOf(`${restored.id} ${text}`),
        ofAccount(one.properties, restored),
        bounded(),
      );
    });
  }
}

/** Of Azure itself, at the account. */
export async function putAccessBack(
  connection: CosmosdbConnection,
  { change }: Changing,
  { original, restored }: Both,
): Promise<void> {
  for (const one of missing(original.accessAssignments, restored.accessAssignments, assignmentText)) {
    const text = assignmentText(one);
    const { roleDefinitionId, principalId, principalType, condition, conditionVersion } = one.properties;
    const properties = { roleDefinitionId, principalId, principalType, condition, conditionVersion };
    const id = `${idOf(connection, restored)}/providers/Microsoft.Authorization/roleAssignments/${guidOf(`${restored.id} ${text}`)}`;
    await change(`the access of ${text}`, restored.account, () =>
      putResource(connection, id, API.roleAssignments, { properties }),
    );
  }
}

export async function putDiagnosticsBack(
  connection: CosmosdbConnection,
  { change }: Changing,
  { original, restored }: Both,
): Promise<void> {
  for (const { name, properties } of missing(
    original.diagnosticSettings,
    restored.diagnosticSettings,
    byName,
  )) {
    const id = `${idOf(connection, restored)}/providers/Microsoft.Insights/diagnosticSettings/${name}`;
    await change(`diagnostic setting "${name}"`, restored.account, () =>
      putResource(connection, id, API.diagnosticSettings, { properties }),
    );
  }
}

/** The last of all: a lock may forbid every other change. */
export async function putLocksBack(
  connection: CosmosdbConnection,
  { change }: Changing,
  { original, restored }: Both,
): Promise<void> {
  for (const { name, properties } of missing(original.locks, restored.locks, byName)) {
    const { level, notes } = properties;
    const id = `${idOf(connection, restored)}/providers/Microsoft.Authorization/locks/${name}`;
    await change(`lock "${name}"`, restored.account, () =>
      putResource(connection, id, API.locks, {
        properties: { level, ...(notes !== undefined && { notes }) },
      }),
    );
  }
}

function idOf({ address }: CosmosdbConnection, { account }: CapturedCosmosdb): string {
  return accountId(address, account);
}

function byName({ name }: Resource): string {
  return name;
}

function missing(
  wanted: readonly Resource[],
  found: readonly Resource[],
  nameOf: (one: Resource) => string,
): readonly Resource[] {
  const there = new Set(found.map(nameOf));
  return wanted.filter((one) => !there.has(nameOf(one)));
}

/** Scopes and role definitions of the original name it: of the new account they name that one. */
function ofAccount(
  { roleDefinitionId, scope, assignableScopes, ...others }: Resource["properties"],
  { id }: CapturedCosmosdb,
): Record<string, unknown> {
  return {
    ...others,
    ...(scope !== undefined && { scope: `${id}${belowAccount(scope)}` }),
    ...(Array.isArray(assignableScopes) && {
      assignableScopes: assignableScopes.map((each) => `${id}${belowAccount(each)}`),
    }),
    ...(roleDefinitionId !== undefined && {
      roleDefinitionId: `${id}/sqlRoleDefinitions/${lastPart(String(roleDefinitionId))}`,
    }),
  };
}
