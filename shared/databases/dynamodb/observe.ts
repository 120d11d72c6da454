import type { Observation } from "../../restore/dynamodb/effects.ts";
import { byDatabase, observationOf, type TableState, type Watched } from "../../restore/dynamodb/watched.ts";
import { concurrently } from "../concurrently.ts";
import { describeTable } from "./capture.ts";
import type { DynamodbConnection } from "./connection.ts";
import { backupState } from "./copies.ts";

const AT_A_TIME = 10;

/** One look at all tables and backups that a run waits for. */
export async function observe(
  connectionOf: (database: string) => DynamodbConnection,
  watched: Watched,
): Promise<Observation> {
  const states = await concurrently(AT_A_TIME, watched.tables, async ({ database, name }) => {
    const table = await describeTable(connectionOf(database), name);
    return { database, name, state: (table?.TableStatus ?? "ABSENT") as TableState };
  });
  const found = await concurrently(AT_A_TIME, watched.backups, async ({ database, arn }) => {
    return [arn, await backupState(connectionOf(database), arn)] as const;
  });
  return observationOf(watched, { tables: byDatabase(states), backups: Object.fromEntries(found) });
}
