import { setTimeout as delay } from "node:timers/promises";
import {
  ContinuousBackupsUnavailableException,
  DescribeTableCommand,
  type DynamoDBClient,
  UpdateContinuousBackupsCommand,
} from "@aws-sdk/client-dynamodb";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";

const POLL_MS = 50;
const LIMIT_MS = 60_000;

/** A new table can be used when it is ACTIVE. */
export async function untilActive(client: DynamoDBClient, table: string): Promise<void> {
  await until(`table "${table}" to become ACTIVE`, async () => {
    const description = await client.send(new DescribeTableCommand({ TableName: table }));
    return description.Table?.TableStatus === "ACTIVE";
  });
}

/** A table's continuous backups begin a while after the table; until then its recovery cannot be turned on. */
export async function enableRecovery(client: DynamoDBClient, table: string): Promise<void> {
  const request = new UpdateContinuousBackupsCommand({
    TableName: table,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  await until(`the continuous backups of table "${table}" to begin`, async () => {
    try {
      await client.send(request);
      return true;
    } catch (error) {
      if (error instanceof ContinuousBackupsUnavailableException) return false;
      throw error;
    }
  });
}

async function until(what: string, probe: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + LIMIT_MS;
  while (!(await probe())) {
    if (performance.now() > deadlineMs) {
      throw new StillpointError(
        "REHEARSAL_FAILED",
        `waited ${LIMIT_MS} ms for ${what}, in vain. The tables made so far were left as they are`,
      );
    }
    await delay(POLL_MS);
  }
}
