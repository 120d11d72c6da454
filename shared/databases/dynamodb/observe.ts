import { createHash } from "node:crypto";
import type { Observation, TableState, Watched } from "../../restore/dynamodb/effects.ts";
import { describeTable } from "./capture.ts";
import { concurrently } from "./concurrently.ts";
import type { DynamodbConnection } from "./connection.ts";
import { backupState } from "./copies.ts";

const AT_A_TIME = 10;

/** One look at all tables and backups of a run; done when anything differs from what was seen before. */
export async function observe(
  connectionOf: (database: string) => DynamodbConnection,
  { tables, backups, seen }: Watched & { readonly seen: string },
): Promise<Observation> {
  const states = await concurrently(AT_A_TIME, tables, async ({ database, name }) => {
    const table = await describeTable(connectionOf(database), name);
    return { database, name, state: (table?.TableStatus ?? "ABSENT") as TableState };
  });
  const found = await concurrently(AT_A_TIME, backups, async ({ database, arn }) => {
    return [arn, await backupState(connectionOf(database), arn)] as const;
  });
  const byDatabase: Record<string, Record<string, TableState>> = {};
  for (const { database, name, state } of states)
    byDatabase[database] = { ...byDatabase[database], [name]: state };
  const now = createHash("sha256")
    .update(JSON.stringify([byDatabase, found]))
    .digest("hex")
    .slice(0, 16);
  return { done: now !== seen, tables: byDatabase, backups: Object.fromEntries(found), seen: now };
}
