import { concurrently } from "../../databases/concurrently.ts";
import type { DynamodbConnection } from "../../databases/dynamodb/connection.ts";
import {
  backupsNamed,
  deleteBackup,
  startBackup,
  startCopy,
  startReplacement,
} from "../../databases/dynamodb/copies.ts";
import { deleteTable, protectAgain } from "../../databases/dynamodb/delete-table.ts";
import { inTurns } from "../../databases/dynamodb/in-turns.ts";
import { missingCopy } from "../../databases/dynamodb/missing-copy.ts";
import { observe } from "../../databases/dynamodb/observe.ts";
import { applySettings } from "../../databases/dynamodb/settings/apply-settings.ts";
import { readRecovery } from "../../databases/dynamodb/settings/recovery.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { AbandonEffects } from "../../restore/dynamodb/abandon.ts";
import type { BackedUp } from "../../restore/dynamodb/effects.ts";
import { type DynamodbPlan, onlyRead } from "../../restore/dynamodb/plan.ts";
import { madeBy } from "../../restore/dynamodb/quiet/tries.ts";
import { doing, type Handlers } from "../../workflow/effect.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseOvertaken } from "../refuse-overtaken.ts";
import { type RestoringRun, runHandlers } from "../restoring-run.ts";
import { compareSettings } from "./compare-settings.ts";
import { lookAgain } from "./look-again.ts";
import { markLost } from "./lost-points.ts";
import { missingOriginals } from "./missing-originals.ts";
import { recheck } from "./recheck.ts";
import { recordProven, recordSettled } from "./record-outcome.ts";
import { plannedScope } from "./scope.ts";
import { applyPage } from "./settled/apply-page.ts";
import { forgetSettled } from "./settled/forget-settled.ts";

/** DescribeContinuousBackups is limited to ten a second. */
const AT_A_TIME = 5;

/** What a restore and the abandoning of one ask for, carried out on this deployment's databases. */
export function dynamodbHandlers(open: OpenDeployment, run: RestoringRun): Handlers<AbandonEffects> {
  const { journal, silence = "stopped" } = run;
  const guard = (table: string) => refuseOvertaken(journal, `table "${table}"`);
  const connectionOf = (database: string) => open.dynamodb(database).connection;
  // Of an account the service takes about one change a second: all tables at once would starve each other.
  const settingsTurn = inTurns(AT_A_TIME);
  return {
    recheck: doing(({ plan, untouched }) => recheck(open, plan, { untouched, silence })),
    coverage: async ({ plan }) => ({ done: await isCovered(open, plan) }),
    "start-copy": ({ database, ...from }) => startCopy(connectionOf(database), from),
    "start-backup": ({ database, ...what }) => startBackup(connectionOf(database), what),
    "delete-table": doing(({ database, name }) =>
      deleteTable(connectionOf(database), { name, guard: () => guard(name) }),
    ),
    "delete-original": doing((table) => deleteOriginal(connectionOf(table.database), table, guard)),
    "look-again": doing(({ plan, copies }) =>
      lookAgain(open, { plan, copies, hasDeleted: journal?.holds("delete-original") ?? false }),
    ),
    "mark-lost": doing(({ plan }) => markLost(open, plan)),
    "delete-backup": doing(({ database, arn }) => deleteBackup(connectionOf(database), arn)),
    "start-replacement": ({ database, ...what }) => startReplacement(connectionOf(database), what),
    observe: (watched) => observe(connectionOf, watched),
    ...runHandlers(run),
    "scope-copies": ({ plan, what }) => plannedScope(open, plan, what),
    "apply-settings": ({ table: { database, name, original } }) =>
      settingsTurn(() => applySettings(connectionOf(database), name, original.settings)),
    "compare-settings": ({ table }) =>
      settingsTurn(() => compareSettings(connectionOf(table.database), table)),
    "missing-originals": async ({ plan }) =>
      (await missingOriginals(open, plan)).map(({ table }) => table.name),
    "protect-again": doing(({ table: { database, name } }) => protectAgain(connectionOf(database), name)),
    "run-backups": ({ plan }) => runBackups(open, plan),
    "forget-settled": doing(({ run }) => forgetSettled(open.catalog, run)),
    "apply-page": doing(({ plan, page }) => applyPage(open, plan, page)),
    "record-settled": doing(({ plan, settlement }) => recordSettled(open, plan, settlement)),
    "record-proven": doing(({ plan, atSecond }) => recordProven(open, plan, atSecond)),
  };
}

/** Law 4, at the only place where originals are deleted: the world is asked, not the journal. */
async function deleteOriginal(
  connection: DynamodbConnection,
  { name, id, ...copies }: BackedUp & { readonly id: string },
  refuseOthers: (table: string) => Promise<unknown>,
): Promise<void> {
  const guard = async () => {
    await refuseOthers(name);
    const missing = await missingCopy(connection, copies);
    if (missing !== undefined)
      throw new StillpointError(
        "RESTORE_BLOCKED",
        `table "${name}" was not deleted, since it may be the only copy: ${missing}`,
      );
  };
  await deleteTable(connection, { name, id, guard });
}

/** Whether every table, and what is restored once more, can be restored to its second by now. */
async function isCovered(open: OpenDeployment, plan: DynamodbPlan): Promise<boolean> {
  const covered = await concurrently(
    AT_A_TIME,
    [...plan.tables, ...onlyRead(plan)],
    async ({ database, name, atSecond }) => {
      const { coverage } = await readRecovery(open.dynamodb(database).connection, name);
      if (coverage === undefined || atSecond < coverage.earliestSecond)
        throw new StillpointError(
          "PLAN_OUTDATED",
          `table "${name}" cannot be restored to second ${atSecond} any more, as run "${plan.run}" has planned; nothing was deleted`,
        );
      return atSecond <= coverage.latestSecond;
    },
  );
  return covered.every(Boolean);
}

async function runBackups(
  open: OpenDeployment,
  plan: DynamodbPlan,
): Promise<readonly { database: string; arn: string }[]> {
  const { tables } = madeBy(plan);
  const found = await concurrently(AT_A_TIME, tables, async ({ database, temporary, backup }) => {
    const arns = await backupsNamed(open.dynamodb(database).connection, temporary, backup);
    return arns.map((arn) => ({ database, arn }));
  });
  return found.flat();
}
