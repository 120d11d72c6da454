import { setTimeout as delay } from "node:timers/promises";
import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { describeTable } from "./capture.ts";
import type { DynamodbConnection } from "./connection.ts";

const FIRST_WAIT_MS = 100;
const MOST_WAIT_MS = 5_000;
/** A change of the billing mode may take minutes; a step may take less than fifteen. */
const LIMIT_MS = 600_000;

/** Waits while a table is UPDATING, or one of its indexes: it refuses further changes meanwhile. */
export async function untilActive(connection: DynamodbConnection, name: string): Promise<void> {
  const started = performance.now();
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MOST_WAIT_MS)) {
    const table = await describeTable(connection, name);
    if (table === undefined || isActive(table)) return;
    if (performance.now() - started > LIMIT_MS)
      throw new StillpointError(
        "TIMED_OUT",
        `table "${name}" is ${table.TableStatus} for more than ${LIMIT_MS / 60_000} minutes after a change of its settings; the others were not put back yet`,
      );
    await delay(waitMs);
  }
}

function isActive({ TableStatus, GlobalSecondaryIndexes = [] }: TableDescription): boolean {
  return (
    TableStatus === "ACTIVE" &&
    GlobalSecondaryIndexes.every(({ IndexStatus = "ACTIVE" }) => IndexStatus === "ACTIVE")
  );
}
