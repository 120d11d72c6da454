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
import type { DynamodbPlan } from "../../restore/dynamodb/plan.ts";
import { madeBy } from "../../restore/dynamodb/tries.ts";
import type { Handlers } from "../../workflow/effect.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseOvertaken } from "../refuse-overtaken.ts";
import type { RestoringRun } from "../restoring.ts";
import { applyPage } from "./apply-page.ts";
import { compareSettings } from "./compare-settings.ts";
import { forgetSettled } from "./forget-settled.ts";
import { lookAgain } from "./look-again.ts";
import { markLost } from "./lost-points.ts";
import { missingOriginals } from "./missing-originals.ts";
import { recheck } from "./recheck.ts";
import { recordProven, recordSettled } from "./record-outcome.ts";
import { plannedScope } from "./scope.ts";

/** DescribeContinuousBackups is limited to ten a second. */
const AT_A_TIME = 5;

/** What a restore and the abandoning of one ask for, carried out on this deployment's databases. */
export function dynamodbHandlers(
  open: OpenDeployment,
  { report, verification, journal, silence = "stopped", markRun = async () => undefined }: RestoringRun,
): Handlers<AbandonEffects> {
  const guard = async (table: string) => journal && refuseOvertaken(journal, `table "${table}"`);
  const connectionOf = (database: string) => open.dynamodb(database).connection;
  // Of an account the service takes about one change a second: all tables at once would starve each other.
  const settingsTurn = inTurns(AT_A_TIME);
  return {
    recheck: async ({ plan, untouched }) => {
      await recheck(open, plan, { untouched, silence });
      return null;
    },
    coverage: async ({ plan }) => ({ done: await isCovered(open, plan) }),
    "start-copy": ({ database, ...from }) => startCopy(connectionOf(database), from),
    "start-backup": ({ database, ...what }) => startBackup(connectionOf(database), what),
    "delete-table": async ({ database, name }) => {
      await deleteTable(connectionOf(database), { name, guard: () => guard(name) });
      return null;
    },
    "delete-original": async (table) => {
      await deleteOriginal(connectionOf(table.database), table, guard);
      return null;
    },
    "look-again": async ({ plan, copies }) => {
      await lookAgain(open, { plan, copies, hasDeleted: journal?.holds("delete-original") ?? false });
      return null;
    },
    "mark-lost": async ({ plan }) => {
      await markLost(open, plan);
      return null;
    },
    "delete-backup": async ({ database, arn }) => {
      await deleteBackup(connectionOf(database), arn);
      return null;
    },
    "start-replacement": ({ database, ...what }) => startReplacement(connectionOf(database), what),
    observe: (watched) => observe(connectionOf, watched),
    ...verification,
    "scope-copies": ({ plan, what }) => plannedScope(open, plan, what),
    "apply-settings": ({ table: { database, name, original } }) =>
      settingsTurn(() => applySettings(connectionOf(database), name, original.settings)),
    "compare-settings": ({ table }) =>
      settingsTurn(() => compareSettings(connectionOf(table.database), table)),
    "missing-originals": async ({ plan }) =>
      (await missingOriginals(open, plan)).map(({ table }) => table.name),
    "mark-run": async ({ state }) => {
      await markRun(state);
      return null;
    },
    "protect-again": async ({ table: { database, name } }) => {
      await protectAgain(connectionOf(database), name);
      return null;
    },
    "run-backups": ({ plan }) => runBackups(open, plan),
    "forget-settled": async ({ run }) => {
      await forgetSettled(open.catalog, run);
      return null;
    },
    "apply-page": async ({ plan, page }) => {
      await applyPage(open, plan, page);
      return null;
    },
    "record-settled": async ({ plan, settlement }) => {
      await recordSettled(open, plan, settlement);
      return null;
    },
    "record-proven": async ({ plan, atSecond }) => {
      await recordProven(open, plan, atSecond);
      return null;
    },
    report: async ({ event }) => {
      await report(event);
      return null;
    },
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

/** Whether every table, and the coordinator once more, can be restored to its second by now. */
async function isCovered(open: OpenDeployment, { tables, proofs, run }: DynamodbPlan): Promise<boolean> {
  const covered = await concurrently(
    AT_A_TIME,
    [...tables, ...proofs],
    async ({ database, name, atSecond }) => {
      const { coverage } = await readRecovery(open.dynamodb(database).connection, name);
      if (coverage === undefined || atSecond < coverage.earliestSecond)
        throw new StillpointError(
          "PLAN_OUTDATED",
          `table "${name}" cannot be restored to second ${atSecond} any more, as run "${run}" has planned; nothing was deleted`,
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
