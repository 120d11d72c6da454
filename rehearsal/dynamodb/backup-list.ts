import type { Backup } from "./backup.ts";
import { describeDetails } from "./backup-description.ts";
import { toWireSeconds } from "./clock.ts";
import type { Operations, World } from "./world.ts";

interface ListInput {
  readonly TableName?: string;
  readonly BackupType?: "USER" | "SYSTEM" | "AWS_BACKUP" | "ALL";
  readonly TimeRangeLowerBound?: number;
  readonly TimeRangeUpperBound?: number;
  readonly Limit?: number;
  readonly ExclusiveStartBackupArn?: string;
}

const LISTED_MAX = 100;

/** Without a type the system's own backups are left out, which hides what remains of deleted tables. */
function listBackups(world: World, input: ListInput): object {
  const all = [...world.backups.values()].filter((backup) => isListed(world, backup, input));
  const after = all.findIndex(({ arn }) => arn === input.ExclusiveStartBackupArn);
  const limit = Math.min(input.Limit ?? LISTED_MAX, LISTED_MAX);
  const page = all.slice(after + 1, after + 1 + limit);
  const more = after + 1 + limit < all.length;
  return { BackupSummaries: page.map(summarise), ...(more && { LastEvaluatedBackupArn: page.at(-1)?.arn }) };
}

function isListed(world: World, { kind, table, createdAtMs }: Backup, input: ListInput): boolean {
  const {
    BackupType = "USER",
    TimeRangeLowerBound = 0,
    TimeRangeUpperBound = Number.POSITIVE_INFINITY,
  } = input;
  const ofTable = input.TableName === undefined || world.tables.nameOf(input.TableName) === table.name;
  const ofType = BackupType === "ALL" || BackupType === kind.type;
  const seconds = toWireSeconds(createdAtMs);
  return ofTable && ofType && seconds >= TimeRangeLowerBound && seconds < TimeRangeUpperBound;
}

function summarise(backup: Backup): object {
  const { name: TableName, id: TableId, arn: TableArn } = backup.table;
  return { TableName, TableId, TableArn, ...describeDetails(backup) };
}

export const BACKUP_LIST: Operations = { ListBackups: listBackups };
