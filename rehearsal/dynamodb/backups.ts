import type { Backup } from "./backup.ts";
import { describe, describeDetails } from "./backup-description.ts";
import { blueprintOf } from "./blueprint.ts";
import { checkAvailable, tableWithBackups } from "./continuous-backups.ts";
import { instantOfDoubt } from "./cut.ts";
import type { Item } from "./items.ts";
import { refuse } from "./refusal.ts";
import { describeNow } from "./table-description.ts";
import { describeEncryption, describeTimeToLive } from "./table-settings.ts";
import { checkName, type Table } from "./tables.ts";
import type { Wire } from "./wire.ts";
import { type Operations, type World, wait } from "./world.ts";

const SYSTEM_BACKUP_MS = 35 * 86_400_000;

async function createBackup(
  world: World,
  input: { TableName?: string; BackupName?: string },
): Promise<object> {
  const name = checkName("BackupName", input.BackupName);
  const requestedMs = world.clock.now();
  const table = tableWithBackups(world, input.TableName);
  if (table.phase.kind === "deleting") refuse("TableInUseException", `Table is being deleted: ${table.name}`);
  checkAvailable(world, table);
  await world.locks.settled(table.id);
  const described = await describeNow(world, table);
  const items = itemsInDoubt(world, table, requestedMs);
  const backup = addBackup(world, table, described, {
    name,
    items,
    kind: { type: "USER" },
    phase: "creating",
  });
  world.background.run(async () => {
    await wait(world, world.pace.backupMs);
    backup.phase = "available";
  });
  return { BackupDetails: describeDetails(backup) };
}

/**
 * A backup promises what was committed a minute before its request, and nothing in between. Each item is cut
 * somewhere in that span, but what a restored table was filled with has been there all the time.
 */
function itemsInDoubt(
  world: World,
  { name, journal, filledAtMs }: Table,
  requestedMs: number,
): readonly Item[] {
  const cut = { seed: world.seed, table: name };
  return journal.snapshot((keyText) =>
    Math.max(filledAtMs, instantOfDoubt(cut, keyText, requestedMs, world.pace.backupDoubtMs)),
  );
}

/** What remains of a deleted table that had point-in-time recovery. */
export function recordSystemBackup(
  world: World,
  table: Table,
  items: readonly Item[],
  deletedAtMs: number,
): void {
  addBackup(world, table, table.description, {
    name: `${table.name}$DeletedTableBackup`,
    items,
    kind: { type: "SYSTEM", expiresAtMs: deletedAtMs + SYSTEM_BACKUP_MS },
    phase: "available",
  });
}

function addBackup(
  world: World,
  table: Table,
  described: Wire,
  what: Pick<Backup, "name" | "items" | "kind" | "phase">,
): Backup {
  const createdAtMs = world.clock.now();
  const { encryption, onDemandThroughput, indexLimits } = table.settings;
  const backup: Backup = {
    ...what,
    arn: `${table.arn}/backup/${String(createdAtMs).padStart(14, "0")}-${crypto.randomUUID().slice(0, 8)}`,
    createdAtMs,
    table: { name: table.name, id: table.id, arn: table.arn, createdAtMs: table.createdAtMs },
    blueprint: blueprintOf(described),
    features: featuresOf(table),
    encryption,
    onDemandThroughput,
    indexLimits: new Map(indexLimits),
  };
  world.backups.set(backup.arn, backup);
  return backup;
}

/** As members of SourceTableFeatureDetails. Tags, recovery, class, protection and policy are not recorded. */
function featuresOf({ settings }: Table): Wire {
  return {
    ...(settings.stream && { StreamDescription: settings.stream.specification }),
    TimeToLiveDescription: describeTimeToLive(settings),
    ...(settings.encryption && { SSEDescription: describeEncryption(settings.encryption) }),
  };
}

export function findBackup(world: World, arn: unknown): Backup {
  const backup = world.backups.get(String(arn));
  return backup ?? refuse("BackupNotFoundException", `Backup not found: ${String(arn)}`);
}

export function checkAtRest(backup: Backup): void {
  if (backup.phase !== "available")
    refuse(
      "BackupInUseException",
      `There is another ongoing conflicting backup control plane operation: ${backup.arn} is ${backup.phase}`,
    );
}

function describeBackup(world: World, { BackupArn }: { BackupArn?: string }): object {
  return { BackupDescription: describe(findBackup(world, BackupArn)) };
}

function deleteBackup(world: World, { BackupArn }: { BackupArn?: string }): object {
  const backup = findBackup(world, BackupArn);
  if (backup.kind.type === "SYSTEM")
    refuse("ValidationException", `A system backup cannot be deleted: ${backup.arn}`);
  checkAtRest(backup);
  world.backups.delete(backup.arn);
  const description = describe(backup);
  return {
    BackupDescription: {
      ...description,
      BackupDetails: { ...describeDetails(backup), BackupStatus: "DELETED" },
    },
  };
}

export const BACKUPS: Operations = {
  CreateBackup: createBackup,
  DescribeBackup: describeBackup,
  DeleteBackup: deleteBackup,
};
