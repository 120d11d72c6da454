import { describeTable } from "./capture.ts";
import type { DynamodbConnection } from "./connection.ts";
import { describeBackup } from "./copies.ts";

/**
 * What is missing of an original's two copies, as the service has them at this moment; undefined where the
 * temporary table is there and the backup, taken of that very table, is available.
 */
export async function missingCopy(
  connection: DynamodbConnection,
  { temporary, backupArn }: { readonly temporary: string; readonly backupArn: string },
): Promise<string | undefined> {
  const table = await describeTable(connection, temporary);
  if (table?.TableStatus !== "ACTIVE")
    return `its temporary table "${temporary}" is ${table?.TableStatus ?? "gone"}`;
  const backup = await describeBackup(connection, backupArn);
  const status = backup?.BackupDetails?.BackupStatus ?? "gone";
  if (status !== "AVAILABLE") return `its backup "${backupArn}" is ${status}`;
  if (backup?.SourceTableDetails?.TableId !== table.TableId)
    return `its backup "${backupArn}" is of another table than "${temporary}"`;
  return undefined;
}
