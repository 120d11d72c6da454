import { refuseByManager } from "../azure/refusal.ts";
import type { Account } from "./account.ts";
import { refuse } from "./refusal.ts";
import type { World } from "./world.ts";

/** A live account, under its name in any case. */
export function findAccount(world: World, name: string): Account | undefined {
  return world.accounts.find(
    (account) => account.deletedAtMs === undefined && account.name === name.toLowerCase(),
  );
}

export function requireAccount(world: World, params: Readonly<Record<string, string>>): Account {
  const { account: name = "", group = "" } = params;
  const account = findAccount(world, name);
  if (account?.resourceGroup.toLowerCase() === group.toLowerCase()) return account;
  return refuseByManager(
    404,
    "ResourceNotFound",
    `The Resource 'Microsoft.DocumentDB/databaseAccounts/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

/** An account whose databases can be changed. */
export function requireOnline(world: World, params: Readonly<Record<string, string>>): Account {
  const account = requireAccount(world, params);
  if (account.phase === "Succeeded" || account.phase === "Updating") return account;
  return refuse(
    400,
    "BadRequest",
    `Database account ${account.name} is in the provisioning state ${account.phase} because the operation that made it so has not ended or has failed. Please retry once it is online`,
  );
}
