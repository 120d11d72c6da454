import { removePrivateEndpoint } from "../../azure/arm/private-endpoint.ts";
import { attempt, isBusy, unlessAbsent } from "../../azure/arm/refusal.ts";
import type { ArmResource } from "../../azure/arm/resource.ts";
import { codeOf, StillpointError } from "../../errors/stillpoint-error.ts";
import { RUN_TAG } from "../../restore/cosmosdb/settings.ts";
import { type Account, readAccount } from "./account.ts";
import type { CosmosdbConnection } from "./connection.ts";
import { closeWay } from "./open-way.ts";

export interface Doomed {
  readonly name: string;
  /** That has made it. */
  readonly run: string;
  /** Throws where it must stay. Asked right before the call. */
  readonly guard?: () => Promise<void>;
}

/**
 * Takes a step towards the deletion of an account that the run has made, and of nothing else: the account is read
 * again right before the call, so that a name alone never decides what is deleted. Done once it is gone, with its
 * private endpoint. A lock is left alone: somebody may have put it there since.
 */
export async function deleteAccount(
  connection: CosmosdbConnection,
  doomed: Doomed,
): Promise<{ done: boolean }> {
  const { name, guard = async () => undefined } = doomed;
  const account = await readAccount(connection, name);
  if (account === undefined) return closeWay(connection, doomed);
  refuseAnother(connection, account, doomed);
  if (account.provisioningState === "Deleting") return { done: false };
  connection.forget(name);
  const client = await connection.armOnce();
  await guard();
  await removeEndpoints(connection, account, doomed);
  // Endpoints may take their time.
  await guard();
  refuseAnother(connection, (await readAccount(connection, name)) ?? account, doomed);
  await attempt("delete account", name, () =>
    unlessAbsent(async () => {
      try {
        await client.databaseAccounts.delete(connection.address.resourceGroup, name).submitted();
      } catch (error) {
        // One that is still being made is deleted afterwards.
        if (!isBusy(error)) throw error;
      }
    }),
  );
  return { done: false };
}

/** What the run made for an account to take over: nothing tells of them any more once the account is gone. */
async function removeEndpoints(
  connection: CosmosdbConnection,
  { privateEndpointConnections = [] }: Account,
  { run }: Doomed,
): Promise<void> {
  for (const { privateEndpoint } of privateEndpointConnections)
    try {
      const isOurs = ({ tags }: ArmResource) => tags?.[RUN_TAG] === run;
      if (privateEndpoint?.id) await removePrivateEndpoint(connection, privateEndpoint.id, isOurs);
    } catch (error) {
      // Where the roles end at the network, an endpoint to nowhere is left, and the account goes all the same.
      if (codeOf(error) !== "DATABASE_DENIED") throw error;
    }
}

function refuseAnother({ address }: CosmosdbConnection, { tags }: Account, { name, run }: Doomed): void {
  const why = [
    ...(tags?.[RUN_TAG] === run ? [] : [`it does not carry the tag of run "${run}"`]),
    ...(name === address.account ? ["it is the account of the configuration"] : []),
  ];
  if (why.length > 0)
    throw new StillpointError(
      "RESTORE_BLOCKED",
      `account "${name}" was not deleted: ${why.join(", and ")}. If it is to go, delete it yourself, then resume the run`,
    );
}
