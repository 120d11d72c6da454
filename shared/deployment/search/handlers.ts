import { startCopy } from "../../databases/dynamodb/copies.ts";
import { deleteTable } from "../../databases/dynamodb/delete-table.ts";
import { observe } from "../../databases/dynamodb/observe.ts";
import type { AbandonSearchEffects } from "../../restore/search/abandon.ts";
import type { Handlers } from "../../workflow/effect.ts";
import { missingOriginals } from "../dynamodb/missing-originals.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseOvertaken } from "../refuse-overtaken.ts";
import type { RestoringRun } from "../restoring.ts";
import { isSearchCovered, recheckSearch } from "./recheck.ts";
import { recordQuiet } from "./record-quiet.ts";
import { searchScope } from "./scope.ts";

/** What a search and the abandoning of one ask for. */
export function searchHandlers(
  open: OpenDeployment,
  { report, verification, journal, markRun = async () => undefined }: RestoringRun,
): Handlers<AbandonSearchEffects> {
  const connectionOf = (database: string) => open.dynamodb(database).connection;
  return {
    "recheck-search": async ({ plan }) => {
      await recheckSearch(open, plan);
      return null;
    },
    "coverage-of-search": async ({ plan }) => ({ done: await isSearchCovered(open, plan) }),
    "start-copy": ({ database, ...from }) => startCopy(connectionOf(database), from),
    observe: (watched) => observe(connectionOf, watched),
    "scope-of-search": ({ plan }) => searchScope(open, plan),
    "record-quiet": async ({ plan, found }) => {
      await recordQuiet(open, plan, found);
      return null;
    },
    "delete-table": async ({ database, name }) => {
      const guard = async () => journal && refuseOvertaken(journal, `table "${name}"`);
      await deleteTable(connectionOf(database), { name, guard });
      return null;
    },
    "missing-originals": async ({ plan }) =>
      (await missingOriginals(open, plan)).map(({ table }) => table.name),
    "mark-run": async ({ state }) => {
      await markRun(state);
      return null;
    },
    report: async ({ event }) => {
      await report(event);
      return null;
    },
    ...verification,
  };
}
