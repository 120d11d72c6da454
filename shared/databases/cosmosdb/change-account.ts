import type { DatabaseAccountUpdateParameters } from "@azure/arm-cosmosdb";
import { boundedLong, inTurn } from "../../azure/arm/long-running.ts";
import { attempt } from "../../azure/arm/refusal.ts";
import type { CosmosdbConnection } from "./connection.ts";

/** One change of an account, waited for. */
export async function changeAccount(
  { arm, address }: CosmosdbConnection,
  name: string,
  what: string,
  parameters: DatabaseAccountUpdateParameters,
): Promise<void> {
  const client = await arm();
  await attempt(`set ${what} of account`, name, () =>
    inTurn(async () => {
      await client.databaseAccounts.update(address.resourceGroup, name, parameters, boundedLong());
    }),
  );
}

/** Begins a change that takes long; whether it has ended is read from the account. */
export async function beginChange(
  { arm, address }: CosmosdbConnection,
  name: string,
  what: string,
  parameters: DatabaseAccountUpdateParameters,
): Promise<void> {
  const client = await arm();
  await attempt(`set ${what} of account`, name, () =>
    inTurn(() => client.databaseAccounts.update(address.resourceGroup, name, parameters).submitted()),
  );
}
