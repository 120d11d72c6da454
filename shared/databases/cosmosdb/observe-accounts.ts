import { isGivenUp, lookAt } from "../../azure/arm/operation.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { MadeAccount } from "../../restore/cosmosdb/effects.ts";
import { readAccount } from "./account.ts";
import type { CosmosdbConnection } from "./connection.ts";

type Made = Omit<MadeAccount, "database">;

/** One look at all accounts that a run waits for. */
export async function observeAccounts(
  connection: CosmosdbConnection,
  accounts: readonly Made[],
): Promise<{ done: boolean }> {
  const looks = accounts.map((account) => isThere(connection, account));
  return { done: (await Promise.all(looks)).every(Boolean) };
}

/**
 * The operation tells why a restore failed, where it is known and still answers: a run that was begun by another
 * version, or by a try whose answer was lost, goes by the account alone.
 */
async function isThere(connection: CosmosdbConnection, { name, operation }: Made): Promise<boolean> {
  const account = await readAccount(connection, name);
  if (account?.provisioningState === "Succeeded") return true;
  const { status = "", message } = await lookAt(connection, {
    ...(operation !== undefined && { operation }),
  });
  if (isGivenUp(status)) throw givenUp(name, status, message);
  if (account === undefined && status === "")
    throw new StillpointError("DATABASE_REFUSED", `account "${name}" is not there any more`);
  if (isGivenUp(account?.provisioningState ?? ""))
    throw givenUp(name, account?.provisioningState ?? "", message);
  return false;
}

function givenUp(name: string, status: string, message = "it does not say why"): StillpointError {
  return new StillpointError(
    "DATABASE_REFUSED",
    `the service gave up restoring account "${name}" (${status}): ${message}`,
  );
}
