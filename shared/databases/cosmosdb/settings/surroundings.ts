import type { Changing } from "../../../azure/arm/changing.ts";
import { guidOf } from "../../../azure/arm/guid.ts";
import { bounded } from "../../../azure/arm/long-running.ts";
import { lastPart } from "../../../azure/arm/private-endpoint.ts";
import { byName, missing } from "../../../azure/arm/put-back.ts";
import type { CapturedCosmosdb, Resource } from "../../../restore/cosmosdb/captured.ts";
import { assignmentText, belowAccount } from "../../../restore/cosmosdb/settings.ts";
import type { CosmosdbConnection } from "../connection.ts";

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
