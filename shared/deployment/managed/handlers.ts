import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { AbandonManagedEffects } from "../../restore/managed/abandon.ts";
import type { ManagedPlan, PlannedServer } from "../../restore/managed/plan.ts";
import { namingOf, serverDifferences } from "../../restore/managed/settings.ts";
import { doing, type Handlers } from "../../workflow/effect.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseOvertaken } from "../refuse-overtaken.ts";
import { type RestoringRun, runHandlers } from "../restoring-run.ts";
import { lookAgain, missingOriginals, recheck, restoredServer } from "./recheck.ts";
import { plannedScope } from "./scope.ts";

/** What a restore of managed servers and the abandoning of one ask for, carried out on this deployment's databases. */
export function managedHandlers(open: OpenDeployment, run: RestoringRun): Handlers<AbandonManagedEffects> {
  const { journal, silence } = run;
  const serverOf = ({ database }: Pick<PlannedServer, "database">) => open.managed(database).server;
  const guardOf = (name: string) => () => refuseOvertaken(journal, `server "${name}"`);
  return {
    recheck: doing(({ plan, untouched }) => recheck(open, plan, { untouched, silence })),
    coverage: async ({ plan }) => ({ done: await areCovered(open, plan) }),
    "start-server": ({ server, run }) => serverOf(server).start(server, run),
    "observe-servers": async ({ servers, started, run }) => {
      const looks = await Promise.all(
        servers.map((server, index) => serverOf(server).advance(server, run, started[index] ?? {})),
      );
      return { done: looks.every(Boolean) };
    },
    "settle-server": ({ server, run }) => serverOf(server).settle(server, run),
    ...runHandlers(run),
    "scope-copies": ({ plan }) => plannedScope(open, plan),
    "compare-server": async ({ server, run }) => compareServer(open, server, run),
    "look-again": doing(({ plan }) => lookAgain(open, plan, silence)),
    "swap-names": async ({ server, run }) => {
      await guardOf(server.original.server)();
      return { done: await serverOf(server).swap(server, run) };
    },
    "address-of": async ({ database, name }) => {
      const { host, port } = await open.managed(database).server.addressOf(name);
      return { host, port };
    },
    "remove-server": async ({ server, run }) => ({
      done: await serverOf(server).remove(server, run, guardOf(server.target)),
    }),
    "missing-originals": ({ plan }) => missingOriginals(open, plan),
  };
}

/** Whether every server can be restored to its second by now. */
async function areCovered(open: OpenDeployment, { servers, run }: ManagedPlan): Promise<boolean> {
  const covered = await Promise.all(
    servers.map(async ({ database, original, atSecond }) => {
      const reach = await open.managed(database).server.reach(original);
      if (reach !== undefined && reach.earliestSecond <= atSecond) return reach.latestSecond >= atSecond;
      throw new StillpointError(
        "PLAN_OUTDATED",
        `server "${original.server}" cannot be restored to second ${atSecond} any more, as run "${run}" has planned; nothing was touched`,
      );
    }),
  );
  return covered.every(Boolean);
}

async function compareServer(
  open: OpenDeployment,
  server: PlannedServer,
  run: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const restored = await restoredServer(open, server, run);
  if (restored === undefined) return { "": ["the restored server is not there"] };
  const swapped = restored.server === server.original.server;
  return serverDifferences(server.original, restored, namingOf(server, run, swapped));
}
