import { startCopy } from "../../databases/dynamodb/copies.ts";
import { deleteTable } from "../../databases/dynamodb/delete-table.ts";
import { observe } from "../../databases/dynamodb/observe.ts";
import type { AbandonSearchEffects } from "../../restore/search/abandon.ts";
import { doing, type Handlers } from "../../workflow/effect.ts";
import { missingOriginals } from "../dynamodb/missing-originals.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseOvertaken } from "../refuse-overtaken.ts";
import { type RestoringRun, runHandlers } from "../restoring-run.ts";
import { isSearchCovered, recheckSearch } from "./recheck.ts";
import { recordQuiet } from "./record-quiet.ts";
import { searchScope } from "./scope.ts";

/** What a search and the abandoning of one ask for. */
export function searchHandlers(open: OpenDeployment, run: RestoringRun): Handlers<AbandonSearchEffects> {
  const { journal } = run;
  const connectionOf = (database: string) => open.dynamodb(database).connection;
  return {
    "recheck-search": doing(({ plan }) => recheckSearch(open, plan)),
    "coverage-of-search": async ({ plan }) => ({ done: await isSearchCovered(open, plan) }),
    "start-copy": ({ database, ...from }) => startCopy(connectionOf(database), from),
    observe: (watched) => observe(connectionOf, watched),
    "scope-of-search": ({ plan }) => searchScope(open, plan),
    "record-quiet": doing(({ plan, found }) => recordQuiet(open, plan, found)),
    "delete-table": doing(({ database, name }) => {
      const guard = () => refuseOvertaken(journal, `table "${name}"`);
      return deleteTable(connectionOf(database), { name, guard });
    }),
    "missing-originals": async ({ plan }) =>
      (await missingOriginals(open, plan)).map(({ table }) => table.name),
    ...runHandlers(run),
  };
}
