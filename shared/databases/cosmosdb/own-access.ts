import { guidOf } from "../../azure/arm/guid.ts";
import { inTurn } from "../../azure/arm/long-running.ts";
import { PUBLIC_ARM } from "../../azure/arm/options.ts";
import { attempt, unlessAbsent } from "../../azure/arm/refusal.ts";
import { azureCredential } from "../../azure/credential.ts";
import { type Account, accountId } from "./account.ts";
import type { CosmosdbConnection } from "./connection.ts";

/** Cosmos DB's own role that reads data, the same in every account. */
const DATA_READER = "00000000-0000-0000-0000-000000000001";

/**
 * Where keys are switched off, only who has a role of the data plane may read, and a restore brings back none: this
 * identity gives itself that of a reader.
 */
export async function grantOwnAccess(
  { arm, address }: CosmosdbConnection,
  { name = "" }: Account,
): Promise<{ done: boolean }> {
  const { resourceGroup } = address;
  const { sqlResources } = await arm();
  const scope = accountId(address, name);
  const principalId = await ownObjectId();
  const assignment = guidOf(`${scope} ${principalId}`);
  return attempt("grant itself the reading of account", name, async () => {
    const found = await unlessAbsent(() =>
      sqlResources.getSqlRoleAssignment(resourceGroup, name, assignment),
    );
    if (found !== undefined) return { done: true };
    const roleDefinitionId = `${scope}/sqlRoleDefinitions/${DATA_READER}`;
    const wanted = { roleDefinitionId, scope, principalId };
    await inTurn(() =>
      sqlResources.createUpdateSqlRoleAssignment(resourceGroup, name, assignment, wanted).submitted(),
    );
    return { done: false };
  });
}

/** As the token says it: nobody else tells a managed identity who it is. */
async function ownObjectId(): Promise<string> {
  const credential = await azureCredential();
  const { token = "" } = (await credential.getToken(`${PUBLIC_ARM}/.default`)) ?? {};
  const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
  return String((JSON.parse(claims || "{}") as { oid?: unknown }).oid ?? "");
}
