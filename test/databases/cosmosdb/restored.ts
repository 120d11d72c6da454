import { observeAccounts } from "../../../shared/databases/cosmosdb/observe-accounts.ts";
import { findRestorable } from "../../../shared/databases/cosmosdb/restorable.ts";
import { startAccount } from "../../../shared/databases/cosmosdb/restore-account.ts";
import { applyAccount } from "../../../shared/databases/cosmosdb/settings/apply-account.ts";
import type { PlannedAccount, Way } from "../../../shared/restore/cosmosdb/plan.ts";
import { ahead } from "../../rehearsal/cosmosdb/azure.ts";
import { nowSecond, type Prod, RUN } from "./prod.ts";

export const TARGET = "ledger-sp-12345678";
export const LATER = "ledger-sp-12345678-l";
const FROM_HERE: Way = { kind: "address", address: "127.0.0.1" };

/** What a plan of the present second has of the account, with the service's backups ahead of it. */
export async function planNow(azure: Prod, way: Way = FROM_HERE): Promise<PlannedAccount> {
  const { database } = azure;
  const { captured: original } = await database.capture();
  const atSecond = nowSecond(azure) + 1;
  ahead(azure, 300_000);
  const { account, instanceId } = original;
  const restorable = await findRestorable(database.connection, { account, instanceId, atSecond });
  return {
    database: "main",
    target: TARGET,
    later: { target: LATER, coordinator: "coordinator", atSecond: atSecond + 60 },
    atSecond,
    way,
    source: restorable?.id ?? "",
    wasDeleted: false,
    deletedSince: [],
    original,
  };
}

/** Restored, and there. */
export async function restoreNow(azure: Prod, way?: Way): Promise<PlannedAccount> {
  const account = await planNow(azure, way);
  const { connection } = azure.database;
  const { operation } = await startAccount(connection, { account, run: RUN, of: "copy" });
  await until(() => observeAccounts(connection, [{ name: TARGET, ...(operation && { operation }) }]));
  return account;
}

/** Repeats a step until it says that it is done, a bounded number of times. */
export async function until(step: () => Promise<{ done: boolean }>): Promise<number> {
  for (let tries = 1; tries <= 50; tries++) if ((await step()).done) return tries;
  throw new Error("the step is never done");
}

export function applyAll({ database }: Prod, account: PlannedAccount): Promise<readonly string[]> {
  return applyAccount(database.connection, { account, run: RUN, takesOver: true });
}
