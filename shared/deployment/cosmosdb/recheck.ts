import { findRestorable } from "../../databases/cosmosdb/restorable.ts";
import { nameTaken } from "../../databases/cosmosdb/restore-account.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { changesSince } from "../../restore/cosmosdb/changes-since.ts";
import type { CosmosdbPlan, PlannedAccount } from "../../restore/cosmosdb/plan.ts";
import { madeAccounts } from "../../restore/cosmosdb/restore.ts";
import type { OpenDeployment } from "../open-deployment.ts";

/**
 * Law 5: what the plan was made from must still be so. `untouched` is before the first step, when none of the
 * names that the run will use may exist.
 */
export async function recheck(
  open: OpenDeployment,
  plan: CosmosdbPlan,
  { untouched }: { readonly untouched: boolean },
): Promise<void> {
  const found = await Promise.all([
    ...plan.accounts.map((account) => differencesOf(open, account, plan)),
    ...(untouched ? madeAccounts(plan).map((made) => takenName(open, made)) : []),
  ]);
  const differences = found.flat();
  if (differences.length === 0) return;
  throw new StillpointError(
    "PLAN_OUTDATED",
    `the world is not as it was when run "${plan.run}" was planned: ${differences.join("; ")}; nothing was touched`,
  );
}

async function takenName(
  open: OpenDeployment,
  { database, name }: { readonly database: string; readonly name: string },
): Promise<readonly string[]> {
  const { connection } = open.cosmosdb(database);
  return (await nameTaken(connection, name)) ? [`an account has the name "${name}"`] : [];
}

async function differencesOf(
  open: OpenDeployment,
  planned: PlannedAccount,
  plan: CosmosdbPlan,
): Promise<readonly string[]> {
  const { database, atSecond, source, wasDeleted } = planned;
  const { account, instanceId } = planned.original;
  const { connection, captureIfThere } = open.cosmosdb(database);
  const restorable = await findRestorable(connection, { account, instanceId, atSecond });
  if (restorable?.id !== source)
    return [`account "${account}" (instance ${instanceId}) can no longer be restored to its second`];
  const now = await captureIfThere(account);
  if (now?.instanceId !== instanceId)
    return wasDeleted ? [] : [`account "${account}" is gone, or another one has its name`];
  return wasDeleted ? [`account "${account}" is there again`] : changesSince(planned, plan, now);
}

/** Originals that are not there any more as planned: what a run has made of them may be the only copy. */
export async function missingOriginals(open: OpenDeployment, plan: CosmosdbPlan): Promise<readonly string[]> {
  const found = await Promise.all(
    plan.accounts.map(async ({ database, original: { account, instanceId } }) => {
      const now = await open.cosmosdb(database).captureIfThere(account);
      return now?.instanceId === instanceId ? [] : [account];
    }),
  );
  return found.flat();
}
