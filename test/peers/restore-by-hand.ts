import { setTimeout as delay } from "node:timers/promises";
import {
  ContinuousBackupsUnavailableException,
  CreateBackupCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
} from "@aws-sdk/client-dynamodb";
import type { RehearsalDynamodb } from "../../rehearsal/dynamodb/dynamodb.ts";

const LIMIT_MS = 60_000;
const ASK_AGAIN_MS = 100;

export function openDynamodb({ endpoint, region }: RehearsalDynamodb): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
}

/**
 * ScalarDB's documented procedure, with raw calls and none of our product: A to a temporary name, B a backup of
 * that, C both deleted, D the backup under the original name. What the product does is held against this.
 */
export async function restoreByHand(client: DynamoDBClient, table: string, second: number): Promise<void> {
  const temporary = `${table}-temporary`;
  await until(
    `"${table}" can be restored to ${second}`,
    async () => (await latestSecond(client, table)) >= second,
  );
  await client.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: table,
      TargetTableName: temporary,
      RestoreDateTime: new Date(second * 1000),
    }),
  );
  await active(client, temporary);
  const BackupArn = await backUp(client, temporary);
  for (const doomed of [table, temporary]) {
    await client.send(new DeleteTableCommand({ TableName: doomed }));
    await until(`"${doomed}" is gone`, async () => (await statusOf(client, doomed)) === undefined);
  }
  await client.send(new RestoreTableFromBackupCommand({ BackupArn, TargetTableName: table }));
  await active(client, table);
}

async function latestSecond(client: DynamoDBClient, table: string): Promise<number> {
  const { ContinuousBackupsDescription } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName: table }),
  );
  const latest = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.LatestRestorableDateTime;
  return (latest?.getTime() ?? 0) / 1000;
}

async function backUp(client: DynamoDBClient, table: string): Promise<string> {
  let arn: string | undefined;
  await until(`a backup of "${table}" was begun`, async () => {
    arn = await beginBackup(client, table);
    return arn !== undefined;
  });
  const BackupArn = String(arn);
  await until(`the backup of "${table}" is available`, async () => {
    const { BackupDescription } = await client.send(new DescribeBackupCommand({ BackupArn }));
    return BackupDescription?.BackupDetails?.BackupStatus === "AVAILABLE";
  });
  return BackupArn;
}

/** No answer for a table that is so new that its backups are still being enabled. */
async function beginBackup(client: DynamoDBClient, table: string): Promise<string | undefined> {
  try {
    const begun = await client.send(new CreateBackupCommand({ TableName: table, BackupName: "by-hand" }));
    return begun.BackupDetails?.BackupArn;
  } catch (error) {
    if (error instanceof ContinuousBackupsUnavailableException) return undefined;
    throw error;
  }
}

async function active(client: DynamoDBClient, table: string): Promise<void> {
  await until(`"${table}" is active`, async () => (await statusOf(client, table)) === "ACTIVE");
}

async function statusOf(client: DynamoDBClient, table: string): Promise<string | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    return Table?.TableStatus;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUp = performance.now() + LIMIT_MS;
  while (performance.now() < giveUp) {
    if (await isSo()) return;
    await delay(ASK_AGAIN_MS);
  }
  throw new Error(`Waited ${LIMIT_MS / 1000} s in vain until ${what}`);
}
