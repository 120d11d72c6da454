import { concurrently } from "../../databases/concurrently.ts";
import { captureTable } from "../../databases/dynamodb/capture.ts";
import { missingCopy } from "../../databases/dynamodb/missing-copy.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { BackedUp } from "../../restore/dynamodb/effects.ts";
import type { DynamodbPlan, PlannedTable } from "../../restore/dynamodb/plan.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { missingOriginals } from "./missing-originals.ts";
import { tableDifferences, worldDifferences } from "./recheck.ts";

/** DescribeContinuousBackups is limited to ten a second. */
const AT_A_TIME = 5;

interface Look {
  readonly plan: DynamodbPlan;
  readonly copies: readonly BackedUp[];
  /** Whether this run has deleted an original before, as its journal says. */
  readonly hasDeleted: boolean;
}

/**
 * Between two lives of a run the world may have changed behind its journal: somebody started the ledger and used
 * it for a day, changed settings, tidied up the copies. Whatever original still stands has to be as planned, with
 * both its copies, before any of them is deleted.
 */
export async function lookAgain(open: OpenDeployment, { plan, copies, hasDeleted }: Look): Promise<void> {
  const missing = await missingOriginals(open, plan);
  const gone = new Set(missing.map(({ table }) => table));
  const standing = plan.tables.filter((table) => !gone.has(table));
  const foreign = hasDeleted ? [] : missing.filter((original) => original.foreign !== undefined);
  const differences = [
    ...foreign.map(
      ({ table: { name, id }, foreign: found }) =>
        `table "${name}" is another one: its id is "${found}" instead of "${id}" (move what it holds elsewhere and delete it)`,
    ),
    ...(missing.length === 0
      ? await worldDifferences(open, plan, WAS_AT_WORK)
      : await differencesOf(open, standing)),
    ...(await missingCopies(open, standing, copies)),
  ];
  if (differences.length === 0) return;
  if (missing.length === 0)
    throw new StillpointError(
      "PLAN_OUTDATED",
      `the world is not as run "${plan.run}" has left it: ${differences.join("; ")}; no original was deleted`,
    );
  const names = missing.map(({ table }) => `"${table.name}"`).join(", ");
  throw new StillpointError(
    "RESTORE_BLOCKED",
    `run "${plan.run}" cannot go on deleting originals (${names} are gone already): ${differences.join("; ")}. Undo that by hand, then resume the run; nothing more was deleted`,
  );
}

/** The run itself may have switched a deletion protection off before it was killed. */
const WAS_AT_WORK = { unprotected: true } as const;

async function differencesOf(
  open: OpenDeployment,
  tables: readonly PlannedTable[],
): Promise<readonly string[]> {
  const found = await concurrently(AT_A_TIME, tables, async (table) => {
    const { coordinator, metadata } = table.original;
    const { connection } = open.dynamodb(table.database);
    const now = await captureTable(connection, table.name, { coordinator, metadata });
    return tableDifferences(table, now, WAS_AT_WORK);
  });
  return found.flat();
}

async function missingCopies(
  open: OpenDeployment,
  standing: readonly PlannedTable[],
  copies: readonly BackedUp[],
): Promise<readonly string[]> {
  const needed = copies.filter((copy) =>
    standing.some(({ database, name }) => database === copy.database && name === copy.name),
  );
  const found = await concurrently(AT_A_TIME, needed, async (copy) => {
    const missing = await missingCopy(open.dynamodb(copy.database).connection, copy);
    return missing === undefined ? [] : [`table "${copy.name}" has lost a copy: ${missing}`];
  });
  return found.flat();
}
