import type { Backup } from "./backup.ts";
import { checkAtRest, findBackup } from "./backups.ts";
import { toWireSeconds } from "./clock.ts";
import { refuse } from "./refusal.ts";
import {
  checkOverrides,
  checkRestoreShape,
  checkTarget,
  type RestoreInput,
  startRestore,
} from "./restores.ts";
import type { Operations, World } from "./world.ts";

interface FromBackupInput extends RestoreInput {
  readonly BackupArn?: string;
}

/** The settings are those that the backup recorded, whatever the table has become since. */
function restoreTableFromBackup(world: World, input: FromBackupInput): object {
  checkRestoreShape(world, input);
  const backup = findBackup(world, input.BackupArn);
  checkOverrides(backup.blueprint, input);
  checkTarget(world, String(input.TargetTableName));
  checkAtRest(backup);
  const answer = begin(world, input, backup);
  // The service does this: it complains of the empty structure and restores all the same.
  if (
    input.OnDemandThroughputOverride !== undefined &&
    Object.keys(input.OnDemandThroughputOverride).length === 0
  )
    refuse("TableInUseException", `Table is being restored: ${input.TargetTableName}`);
  return answer;
}

function begin(world: World, input: FromBackupInput, backup: Backup): object {
  const { blueprint, items, encryption, onDemandThroughput, indexLimits } = backup;
  const carried = { encryption, onDemandThroughput, indexLimits };
  const summary = {
    SourceTableArn: backup.table.arn,
    SourceBackupArn: backup.arn,
    RestoreDateTime: toWireSeconds(backup.createdAtMs),
    RestoreInProgress: true as const,
  };
  backup.phase = "restoring";
  return startRestore(world, input, { blueprint, items, ...carried, summary }, () => {
    backup.phase = "available";
  });
}

export const BACKUP_RESTORE: Operations = { RestoreTableFromBackup: restoreTableFromBackup };
