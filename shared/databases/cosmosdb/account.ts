import type { DatabaseAccountGetResults } from "@azure/arm-cosmosdb";
import { attempt, unlessAbsent } from "../../azure/arm/refusal.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { CosmosdbAddress, CosmosdbConnection } from "./connection.ts";

/** An account as Azure Resource Manager answers it. */
export type Account = DatabaseAccountGetResults;

export function accountId({ subscription, resourceGroup }: CosmosdbAddress, name: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.DocumentDB/databaseAccounts/${name}`;
}

/** Undefined where there is no such account. */
export async function readAccount(
  { arm, address }: CosmosdbConnection,
  name: string,
): Promise<Account | undefined> {
  const client = await arm();
  return attempt("read account", name, () =>
    unlessAbsent(() => client.databaseAccounts.get(address.resourceGroup, name)),
  );
}

/** Where the data of an account is asked. */
export async function endpointOf(connection: CosmosdbConnection, name: string): Promise<string> {
  return documentEndpointOf(await requireAccount(connection, name));
}

export function documentEndpointOf({ documentEndpoint, name }: Account): string {
  if (documentEndpoint) return documentEndpoint;
  throw new StillpointError("DATABASE_UNREACHABLE", `account "${name}" has no endpoint yet`);
}

export async function requireAccount(connection: CosmosdbConnection, name: string): Promise<Account> {
  const account = await readAccount(connection, name);
  if (account !== undefined) return account;
  const { resourceGroup, subscription } = connection.address;
  throw new StillpointError(
    "DATABASE_REFUSED",
    `there is no account "${name}" in resource group "${resourceGroup}" of subscription "${subscription}"`,
  );
}
