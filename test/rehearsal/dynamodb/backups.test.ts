import {
  type BackupDetails,
  CreateBackupCommand,
  DeleteBackupCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  DescribeTableCommand,
  ListBackupsCommand,
  RestoreTableFromBackupCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import {
  A_WHILE_MS,
  balances,
  createProtectedTable,
  createTable,
  FOR_LONG_MS,
  put,
  recover,
  refusal,
  type Swift,
  start,
  until,
  untilActive,
  untilGone,
} from "./swift.ts";

async function backUp(
  { client }: Swift,
  TableName = "accounts",
  BackupName = "nightly",
): Promise<BackupDetails> {
  const { BackupDetails: details } = await client.send(new CreateBackupCommand({ TableName, BackupName }));
  if (details === undefined) throw new Error("CreateBackup answered no details");
  return details;
}

function untilAvailable({ client }: Swift, BackupArn: string | undefined) {
  return until(async () => {
    const { BackupDescription } = await client.send(new DescribeBackupCommand({ BackupArn }));
    return BackupDescription?.BackupDetails?.BackupStatus === "AVAILABLE" && BackupDescription;
  });
}

function restore({ client }: Swift, BackupArn: string | undefined, TargetTableName = "copy") {
  return client.send(new RestoreTableFromBackupCommand({ BackupArn, TargetTableName }));
}

async function names(
  { client }: Swift,
  BackupType?: "USER" | "SYSTEM" | "ALL",
): Promise<readonly (string | undefined)[]> {
  const { BackupSummaries = [] } = await client.send(new ListBackupsCommand({ BackupType }));
  return BackupSummaries.map(({ BackupName }) => BackupName);
}

test("a backup is created, becomes available, and restores under another name", async () => {
  const swift = await start();
  await createTable(swift);
  await put(swift, "a", 1);

  const details = await backUp(swift);
  expect(details).toMatchObject({ BackupStatus: "CREATING", BackupType: "USER", BackupName: "nightly" });
  const description = await untilAvailable(swift, details.BackupArn);
  expect(description.SourceTableDetails).toMatchObject({ TableName: "accounts", ItemCount: 1 });
  await put(swift, "a", 2);
  const { TableDescription } = await restore(swift, details.BackupArn);

  expect(TableDescription?.RestoreSummary).toMatchObject({
    SourceBackupArn: details.BackupArn,
    RestoreInProgress: true,
  });
  await untilActive(swift, "copy");
  expect(await balances(swift, "copy")).toEqual({ a: 1 });
});

test("a backup outlives its table and restores under the original name, as another incarnation", async () => {
  const swift = await start();
  const { TableId } = await createTable(swift);
  await put(swift, "a", 1);
  const { BackupArn } = await backUp(swift);
  await untilAvailable(swift, BackupArn);
  await swift.client.send(new DeleteTableCommand({ TableName: "accounts" }));
  await untilGone(swift, "accounts");

  await restore(swift, BackupArn, "accounts");

  const table = await untilActive(swift, "accounts");
  expect(table.TableId).not.toBe(TableId);
  const { BackupDescription } = await swift.client.send(new DescribeBackupCommand({ BackupArn }));
  expect(BackupDescription?.SourceTableDetails?.TableId).toBe(TableId);
  expect(await balances(swift)).toEqual({ a: 1 });
});

test("names of backups are not unique", async () => {
  const swift = await start();
  await createTable(swift);
  const first = await backUp(swift);
  const second = await backUp(swift);
  expect(first.BackupArn).not.toBe(second.BackupArn);
  expect(await names(swift)).toEqual(["nightly", "nightly"]);
});

test("a backup feeds one restore at a time and cannot be deleted meanwhile", async () => {
  const swift = await start({ restoreLeastMs: FOR_LONG_MS, restoreMostMs: FOR_LONG_MS });
  await createTable(swift);
  const { BackupArn } = await backUp(swift);
  await untilAvailable(swift, BackupArn);
  await restore(swift, BackupArn);
  await refusal(restore(swift, BackupArn, "second"), "BackupInUseException");
  await refusal(swift.client.send(new DeleteBackupCommand({ BackupArn })), "BackupInUseException");
});

test("a backup restores again, and can be deleted, once its restore has ended", async () => {
  const swift = await start();
  await createTable(swift);
  const { BackupArn } = await backUp(swift);
  await untilAvailable(swift, BackupArn);
  await restore(swift, BackupArn);
  await untilActive(swift, "copy");
  await restore(swift, BackupArn, "second");
  await untilActive(swift, "second");
  await swift.client.send(new DeleteBackupCommand({ BackupArn }));
  await refusal(swift.client.send(new DescribeBackupCommand({ BackupArn })), "BackupNotFoundException");
  await refusal(restore(swift, BackupArn, "third"), "BackupNotFoundException");
});

test("a backup that is being created restores nothing yet", async () => {
  const swift = await start({ backupMs: FOR_LONG_MS });
  await createTable(swift);
  const { BackupArn } = await backUp(swift);
  await refusal(restore(swift, BackupArn), "BackupInUseException");
});

test("a backup restores the settings that it recorded, not those of today", async () => {
  const swift = await start();
  await createTable(swift, "accounts", {
    BillingMode: "PROVISIONED",
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
  });
  const { BackupArn } = await backUp(swift);
  await untilAvailable(swift, BackupArn);
  await swift.client.send(
    new UpdateTableCommand({
      TableName: "accounts",
      ProvisionedThroughput: { ReadCapacityUnits: 9, WriteCapacityUnits: 9 },
    }),
  );
  await restore(swift, BackupArn);
  expect((await untilActive(swift, "copy")).ProvisionedThroughput?.ReadCapacityUnits).toBe(5);
});

test("a backup may miss the writes of the minute before it", async () => {
  const swift = await start({ backupDoubtMs: 60_000 });
  await createTable(swift);
  for (let n = 0; n < 40; n++) await put(swift, `id-${n}`, n);
  const { BackupArn } = await backUp(swift);
  const description = await untilAvailable(swift, BackupArn);
  expect(description.SourceTableDetails?.ItemCount).toBeLessThan(40);
});

test("a backup of a restored table that nobody wrote to misses nothing", async () => {
  const swift = await start({ backupDoubtMs: 60_000 });
  await createProtectedTable(swift);
  for (let n = 0; n < 40; n++) await put(swift, `id-${n}`, n);
  swift.db.setClockOffset(3_600_000);
  const first = await backUp(swift);
  await untilAvailable(swift, first.BackupArn);
  await restore(swift, first.BackupArn);
  await untilActive(swift, "copy");
  const second = await backUp(swift, "copy");
  const description = await untilAvailable(swift, second.BackupArn);
  expect(description.SourceTableDetails?.ItemCount).toBe(40);
});

test("backups of a missing table and of one being deleted are refused, and so is a bad name", async () => {
  const swift = await start({ deleteTableMs: FOR_LONG_MS });
  await createTable(swift);
  await refusal(backUp(swift, "nobody"), "TableNotFoundException");
  await refusal(backUp(swift, "accounts", "a b"), "ValidationException");
  await swift.client.send(new DeleteTableCommand({ TableName: "accounts" }));
  await refusal(backUp(swift), "TableInUseException");
});

test("a backup is unavailable for a moment after its table became active", async () => {
  const swift = await start({ continuousBackupsUnavailableMs: A_WHILE_MS });
  await createTable(swift);
  await refusal(backUp(swift), "ContinuousBackupsUnavailableException");
  await until(() => backUp(swift).catch(() => undefined));
});

test("deleting a table with recovery leaves one system backup of its last moment", async () => {
  const swift = await start();
  await createProtectedTable(swift);
  await put(swift, "a", 7);
  await swift.client.send(new DeleteTableCommand({ TableName: "accounts" }));
  await untilGone(swift, "accounts");

  expect(await names(swift)).toEqual([]);
  expect(await names(swift, "SYSTEM")).toEqual(["accounts$DeletedTableBackup"]);
  const { BackupSummaries } = await swift.client.send(
    new ListBackupsCommand({ BackupType: "ALL", TableName: "accounts" }),
  );
  const BackupArn = BackupSummaries?.[0]?.BackupArn;
  await refusal(swift.client.send(new DeleteBackupCommand({ BackupArn })), "ValidationException");
  await restore(swift, BackupArn, "accounts");
  await untilActive(swift, "accounts");
  expect(await balances(swift)).toEqual({ a: 7 });
});

test("a deleted table leaves no system backup without recovery, nor if it is switched off meanwhile", async () => {
  const swift = await start({ deleteTableMs: A_WHILE_MS });
  await createTable(swift, "plain");
  await createProtectedTable(swift);
  for (const TableName of ["plain", "accounts"])
    await swift.client.send(new DeleteTableCommand({ TableName }));
  await recover(swift, "accounts", false);
  await untilGone(swift, "plain");
  await untilGone(swift, "accounts");
  expect(await names(swift, "ALL")).toEqual([]);
});

test("an empty on-demand override is answered with an error and restores all the same", async () => {
  const swift = await start();
  await createTable(swift);
  const { BackupArn } = await backUp(swift);
  await untilAvailable(swift, BackupArn);
  const input = { BackupArn, TargetTableName: "copy", OnDemandThroughputOverride: {} };
  await refusal(swift.client.send(new RestoreTableFromBackupCommand(input)), "TableInUseException");
  expect((await swift.client.send(new DescribeTableCommand({ TableName: "copy" }))).Table?.TableName).toBe(
    "copy",
  );
});

test("the list of backups comes in pages", async () => {
  const swift = await start();
  await createTable(swift);
  for (let n = 0; n < 5; n++) await backUp(swift, "accounts", `backup-${n}`);
  const seen: (string | undefined)[] = [];
  let ExclusiveStartBackupArn: string | undefined;
  do {
    const page = await swift.client.send(new ListBackupsCommand({ Limit: 2, ExclusiveStartBackupArn }));
    seen.push(...(page.BackupSummaries ?? []).map(({ BackupName }) => BackupName));
    ExclusiveStartBackupArn = page.LastEvaluatedBackupArn;
  } while (ExclusiveStartBackupArn !== undefined);
  expect(seen).toEqual(["backup-0", "backup-1", "backup-2", "backup-3", "backup-4"]);
});
