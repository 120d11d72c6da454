import { endpointOf } from "../../databases/cosmosdb/account.ts";
import { isCovered } from "../../databases/cosmosdb/coverage.ts";
import { deleteAccount } from "../../databases/cosmosdb/delete-account.ts";
import { makeStrong } from "../../databases/cosmosdb/make-strong.ts";
import { observeAccounts } from "../../databases/cosmosdb/observe-accounts.ts";
import { openWay } from "../../databases/cosmosdb/open-way.ts";
import { startAccount } from "../../databases/cosmosdb/restore-account.ts";
import { applyAccount } from "../../databases/cosmosdb/settings/apply-account.ts";
import { applyContainer } from "../../databases/cosmosdb/settings/apply-container.ts";
import { compareAccount } from "../../databases/cosmosdb/settings/compare-account.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { AbandonCosmosdbEffects } from "../../restore/cosmosdb/abandon.ts";
import { containerName } from "../../restore/cosmosdb/captured.ts";
import type { MadeAccount } from "../../restore/cosmosdb/effects.ts";
import type { CosmosdbPlan } from "../../restore/cosmosdb/plan.ts";
import { doing, type Handlers } from "../../workflow/effect.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseOvertaken } from "../refuse-overtaken.ts";
import { type RestoringRun, runHandlers } from "../restoring-run.ts";
import { missingOriginals, recheck } from "./recheck.ts";
import { plannedScope } from "./scope.ts";

/** What a restore of accounts and the abandoning of one ask for, carried out on this deployment's databases. */
export function cosmosdbHandlers(open: OpenDeployment, run: RestoringRun): Handlers<AbandonCosmosdbEffects> {
  const { journal } = run;
  const connectionOf = (database: string) => open.cosmosdb(database).connection;
  return {
    recheck: doing(({ plan, untouched }) => recheck(open, plan, { untouched })),
    coverage: async ({ plan }) => ({ done: await areCovered(open, plan) }),
    "start-account": ({ account, run, of }) =>
      startAccount(connectionOf(account.database), { account, run, of }),
    "observe-accounts": async ({ accounts }) => ({ done: await areThere(open, accounts) }),
    "make-strong": doing(({ database, name }) => makeStrong(connectionOf(database), name)),
    "open-way": ({ account, name, run }) => openWay(connectionOf(account.database), { account, name, run }),
    ...runHandlers(run),
    "scope-copies": ({ plan }) => plannedScope(open, plan),
    "apply-container": ({ account, container }) =>
      applyContainer(connectionOf(account.database), account.target, container),
    "apply-account": ({ account, run, takesOver }) =>
      applyAccount(connectionOf(account.database), { account, run, takesOver }),
    "compare-account": ({ account, takesOver }) =>
      compareAccount(open.cosmosdb(account.database), { account, takesOver }),
    "delete-account": async ({ database, name, run }) => {
      const guard = () => refuseOvertaken(journal, `account "${name}"`);
      return deleteAccount(connectionOf(database), { name, run, guard });
    },
    "endpoint-of": async ({ database, name }) => ({
      endpoint: await endpointOf(connectionOf(database), name),
    }),
    "missing-originals": ({ plan }) => missingOriginals(open, plan),
  };
}

/** Whether every container can be restored to its second by now, and the coordinator to the later one. */
async function areCovered(open: OpenDeployment, { accounts, run }: CosmosdbPlan): Promise<boolean> {
  const covered = await Promise.all(
    accounts.map(async ({ database, original: planned, atSecond, later, wasDeleted, deletedSince }) => {
      // What a deleted account or container has taken in is all there is, and cannot be asked for.
      if (wasDeleted) return true;
      const gone = new Set(deletedSince);
      const containers = planned.containers.filter((container) => !gone.has(containerName(container)));
      const original = { ...planned, containers };
      const state = await isCovered(open.cosmosdb(database).connection, original, { atSecond, later });
      if (state !== "out-of-reach") return state === "covered";
      throw new StillpointError(
        "PLAN_OUTDATED",
        `account "${original.account}" cannot be restored to second ${atSecond} any more, as run "${run}" has planned; nothing was touched`,
      );
    }),
  );
  return covered.every(Boolean);
}

async function areThere(open: OpenDeployment, accounts: readonly MadeAccount[]): Promise<boolean> {
  const there = await Promise.all(
    accounts.map(({ database, ...made }) => observeAccounts(open.cosmosdb(database).connection, [made])),
  );
  return there.every(({ done }) => done);
}
