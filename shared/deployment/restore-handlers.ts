import { applySettings } from "../databases/dynamodb/apply-settings.ts";
import { captureTable, describeTable } from "../databases/dynamodb/capture.ts";
import { concurrently } from "../databases/dynamodb/concurrently.ts";
import {
  backupsNamed,
  deleteBackup,
  startBackup,
  startCopy,
  startReplacement,
} from "../databases/dynamodb/copies.ts";
import { deleteTable } from "../databases/dynamodb/delete-table.ts";
import { observe } from "../databases/dynamodb/observe.ts";
import { readRecovery } from "../databases/dynamodb/settings.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import type { AbandonEffects } from "../restore/dynamodb/abandon.ts";
import type { RestoreEvent } from "../restore/dynamodb/effects.ts";
import type { DynamodbPlan, PlannedTable } from "../restore/dynamodb/plan.ts";
import { refuseDifferences } from "../restore/dynamodb/refuse-differences.ts";
import { settingsDifferences } from "../restore/dynamodb/settings.ts";
import type { Handlers } from "../workflow/effect.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import { recheck } from "./recheck.ts";
import { verifyPlanned } from "./verify-planned.ts";

/** DescribeContinuousBackups is limited to ten a second. */
const AT_A_TIME = 5;

/** What a restore and the abandoning of one ask for, carried out on this deployment's databases. */
export function restoreHandlers(
  open: OpenDeployment,
  report: (event: RestoreEvent) => void | Promise<void>,
): Handlers<AbandonEffects> {
  const connectionOf = (database: string) => open.database(database).connection;
  return {
    recheck: async ({ plan, untouched }) => {
      await recheck(open, plan, untouched);
      return null;
    },
    coverage: async ({ plan }) => ({ done: await isCovered(open, plan) }),
    "start-copy": ({ database, ...from }) => startCopy(connectionOf(database), from),
    "start-backup": ({ database, ...what }) => startBackup(connectionOf(database), what),
    "delete-table": async ({ database, ...table }) => {
      await deleteTable(connectionOf(database), table);
      return null;
    },
    "delete-backup": async ({ database, arn }) => {
      await deleteBackup(connectionOf(database), arn);
      return null;
    },
    "start-replacement": ({ database, ...what }) => startReplacement(connectionOf(database), what),
    observe: (watched) => observe(connectionOf, watched),
    verify: async ({ plan, what, like }) => {
      const report = await verifyPlanned(open, plan, what);
      if (like !== undefined) refuseDifferences(plan, like, report.checked.tables);
      return report;
    },
    "apply-settings": async ({ table: { database, name, original } }) => {
      await applySettings(connectionOf(database), name, original.settings);
      return null;
    },
    "compare-settings": ({ table }) => compareSettings(open, table),
    "missing-originals": ({ plan }) => missingOriginals(open, plan),
    "run-backups": ({ plan }) => runBackups(open, plan),
    report: async ({ event }) => {
      await report(event);
      return null;
    },
  };
}

/** Whether every table, and the coordinator once more, can be restored to its second by now. */
async function isCovered(open: OpenDeployment, { tables, proofs, run }: DynamodbPlan): Promise<boolean> {
  const covered = await concurrently(
    AT_A_TIME,
    [...tables, ...proofs],
    async ({ database, name, atSecond }) => {
      const { coverage } = await readRecovery(open.database(database).connection, name);
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

async function compareSettings(
  open: OpenDeployment,
  { database, name, original }: PlannedTable,
): Promise<readonly string[]> {
  const known = { coordinator: original.coordinator, metadata: original.metadata };
  const now = await captureTable(open.database(database).connection, name, known);
  return now === undefined ? ["the table is gone"] : settingsDifferences(original.settings, now.settings);
}

/** A run side by side deletes no original: another table under its name is what a later restore put there. */
async function missingOriginals(
  open: OpenDeployment,
  { tables, mode }: DynamodbPlan,
): Promise<readonly string[]> {
  const found = await concurrently(AT_A_TIME, tables, async ({ database, name, id }) => {
    const table = await describeTable(open.database(database).connection, name);
    const planned = mode === "side-by-side" || table?.TableId === id;
    return table !== undefined && planned && table.TableStatus !== "DELETING" ? [] : [name];
  });
  return found.flat();
}

async function runBackups(
  open: OpenDeployment,
  { tables }: DynamodbPlan,
): Promise<readonly { database: string; arn: string }[]> {
  const found = await concurrently(AT_A_TIME, tables, async ({ database, temporary, backup }) => {
    const arns = await backupsNamed(open.database(database).connection, temporary, backup);
    return arns.map((arn) => ({ database, arn }));
  });
  return found.flat();
}
