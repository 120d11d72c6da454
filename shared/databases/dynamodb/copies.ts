import {
  type BackupDescription,
  CreateBackupCommand,
  DeleteBackupCommand,
  DescribeBackupCommand,
  ListBackupsCommand,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
} from "@aws-sdk/client-dynamodb";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import { describeTable } from "./capture.ts";
import type { DynamodbConnection } from "./connection.ts";
import { patiently } from "./patiently.ts";
import { attempt, isRefusal, isUnanswered } from "./refusal.ts";

/** No room for another restore of the account at present: to be tried again later. */
const NO_ROOM = "LimitExceededException";
/**
 * The target exists, or is being made: by an earlier try of this step, or by somebody else. A backup feeds one
 * restore at a time, so that "in use" may be the earlier try of this step as well.
 */
const TARGET_THERE = ["TableAlreadyExistsException", "TableInUseException", "BackupInUseException"] as const;

/**
 * Step A for one table. There is no client token: that a target with the run's own name is there already means
 * that an earlier try of this step has begun it. The second is sent whole: what the service does with a
 * fraction is undocumented.
 */
export async function startCopy(
  connection: DynamodbConnection,
  from: {
    readonly sourceArn: string;
    readonly sourceId: string;
    readonly target: string;
    readonly atSecond: number;
  },
): Promise<{ started: boolean }> {
  const { sourceArn, sourceId, target, atSecond } = from;
  const action = `restore "${sourceArn}" to second ${atSecond} as`;
  return starting(connection, { action, target, source: sourceArn }, async () => {
    await refuseAnother(connection, sourceArn, sourceId);
    const command = new RestoreTableToPointInTimeCommand({
      SourceTableArn: sourceArn,
      TargetTableName: target,
      RestoreDateTime: new Date(atSecond * 1000),
    });
    await patiently(throttled, () => connection.dynamodbOnce.send(command));
  });
}

/** Step D for one table. */
export async function startReplacement(
  connection: DynamodbConnection,
  { backupArn, target }: { readonly backupArn: string; readonly target: string },
): Promise<{ started: boolean }> {
  const action = `restore backup "${backupArn}" as`;
  return starting(connection, { action, target, source: backupArn }, async () => {
    const command = new RestoreTableFromBackupCommand({ BackupArn: backupArn, TargetTableName: target });
    await patiently(throttled, () => connection.dynamodbOnce.send(command));
  });
}

function throttled(error: unknown): boolean {
  return isUnanswered(error) || isRefusal(error, "ThrottlingException", "InternalServerError");
}

async function starting(
  connection: DynamodbConnection,
  { action, target, source }: { readonly action: string; readonly target: string; readonly source: string },
  call: () => Promise<void>,
): Promise<{ started: boolean }> {
  return attempt(action, target, async () => {
    try {
      await call();
    } catch (error) {
      if (isRefusal(error, NO_ROOM)) return { started: false };
      if (!isRefusal(error, ...TARGET_THERE)) throw error;
      return { started: await isOurs(connection, target, source) };
    }
    return { started: true };
  });
}

/**
 * While a restored table is being made it tells what it is made from; later, only reading it back can tell. Where
 * the target is not there, or is the one before on its way out, the step is to be tried again.
 */
async function isOurs(connection: DynamodbConnection, target: string, source: string): Promise<boolean> {
  const table = await describeTable(connection, target);
  if (table === undefined || table.TableStatus === "DELETING") return false;
  const made = table.RestoreSummary;
  const from = made?.SourceBackupArn ?? made?.SourceTableArn;
  if (from !== undefined && from !== source && made?.SourceTableArn !== source)
    throw new StillpointError(
      "PLAN_OUTDATED",
      `table "${target}" is being restored by somebody else, from "${from}" instead of "${source}"`,
    );
  return true;
}

/** Law 5: a table that was re-created since the plan was made is another table, whatever its name. */
async function refuseAnother(
  connection: DynamodbConnection,
  sourceArn: string,
  sourceId: string,
): Promise<void> {
  const name = sourceArn.slice(sourceArn.indexOf(":table/") + ":table/".length);
  const id = (await describeTable(connection, name))?.TableId;
  if (id !== sourceId)
    throw new StillpointError(
      "PLAN_OUTDATED",
      `table "${name}" is not the one that was planned: its id is "${id ?? "none"}", the plan has "${sourceId}"`,
    );
}

/** Passes by itself: a table that has just become active may not be ready for a backup yet. */
const BACKUP_PASSING = [
  "ContinuousBackupsUnavailableException",
  "TableInUseException",
  "ThrottlingException",
  "LimitExceededException",
  "InternalServerError",
] as const;

/**
 * Step B for one table. Backup names are not unique and there is no client token, so before every call, repeated
 * ones too, an earlier try of this step is looked for: its answer may have been lost.
 */
export async function startBackup(
  connection: DynamodbConnection,
  { table, backup }: { readonly table: string; readonly backup: string },
): Promise<{ arn: string }> {
  const passes = (error: unknown) => isUnanswered(error) || isRefusal(error, ...BACKUP_PASSING);
  return attempt("back up table", table, () =>
    patiently(passes, async () => {
      const [existing] = await backupsNamed(connection, table, backup);
      if (existing !== undefined) return { arn: existing };
      const command = new CreateBackupCommand({ TableName: table, BackupName: backup });
      const answer = await connection.dynamodbOnce.send(command);
      return { arn: answer.BackupDetails?.BackupArn ?? "" };
    }),
  );
}

/** Far more pages than one run's backups of one table fill. */
const MOST_PAGES = 20;

/** ARNs of the on-demand backups with this name, of the table that is there now, or of any where none is there. */
export async function backupsNamed(
  connection: DynamodbConnection,
  table: string,
  backup: string,
): Promise<readonly string[]> {
  const id = (await describeTable(connection, table))?.TableId;
  const found: string[] = [];
  let start: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const input = {
      TableName: table,
      BackupType: "USER" as const,
      ...(start && { ExclusiveStartBackupArn: start }),
    };
    const answer = await attempt("list the backups of table", table, () =>
      connection.dynamodb.send(new ListBackupsCommand(input)),
    );
    for (const { BackupName, BackupArn, TableId } of answer.BackupSummaries ?? [])
      if (BackupName === backup && BackupArn !== undefined && (id === undefined || TableId === id))
        found.push(BackupArn);
    start = answer.LastEvaluatedBackupArn;
    if (start === undefined) break;
  }
  return found;
}

/** Undefined where there is no such backup. */
export async function describeBackup(
  { dynamodb }: DynamodbConnection,
  arn: string,
): Promise<BackupDescription | undefined> {
  return attempt("describe backup", arn, async () => {
    try {
      return (await dynamodb.send(new DescribeBackupCommand({ BackupArn: arn }))).BackupDescription;
    } catch (error) {
      if (isRefusal(error, "BackupNotFoundException")) return undefined;
      throw error;
    }
  });
}

/** Whoever waits for a backup that is gone would wait for ever. */
export async function backupState(connection: DynamodbConnection, arn: string): Promise<string> {
  const backup = await describeBackup(connection, arn);
  if (backup === undefined)
    throw new StillpointError("DATABASE_REFUSED", `backup "${arn}" is not there any more`);
  return backup.BackupDetails?.BackupStatus ?? "UNKNOWN";
}

/** One that is gone already is fine; one that feeds a restore is waited for. */
export async function deleteBackup({ dynamodb }: DynamodbConnection, arn: string): Promise<void> {
  await attempt("delete backup", arn, async () => {
    try {
      await patiently(["BackupInUseException"], () =>
        dynamodb.send(new DeleteBackupCommand({ BackupArn: arn })),
      );
    } catch (error) {
      if (!isRefusal(error, "BackupNotFoundException")) throw error;
    }
  });
}
