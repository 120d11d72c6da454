import { passes } from "../../azure/arm/refusal.ts";
import { readLink, type Wire } from "../../azure/arm/resource.ts";
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
  const { status = "", message } = await look(connection, operation);
  if (isOver(status)) throw givenUp(name, status, message);
  if (account === undefined && status === "")
    throw new StillpointError("DATABASE_REFUSED", `account "${name}" is not there any more`);
  if (isOver(account?.provisioningState ?? ""))
    throw givenUp(name, account?.provisioningState ?? "", message);
  return false;
}

function isOver(status: string): boolean {
  return /fail|cancel/i.test(status);
}

function givenUp(name: string, status: string, message = "it does not say why"): StillpointError {
  return new StillpointError(
    "DATABASE_REFUSED",
    `the service gave up restoring account "${name}" (${status}): ${message}`,
  );
}

interface Look {
  readonly status?: string;
  readonly message?: string;
}

async function look(connection: CosmosdbConnection, operation: string | undefined): Promise<Look> {
  if (operation === undefined) return {};
  try {
    return lookOf((await readLink(connection, operation)) ?? {});
  } catch (error) {
    if (passes(error)) return {};
    throw error;
  }
}

function lookOf({ status, error }: Wire): Look {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  return {
    ...(typeof status === "string" && { status }),
    ...(message !== undefined && { message: code === undefined ? message : `${code}: ${message}` }),
  };
}
