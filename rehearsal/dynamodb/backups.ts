import { type Blueprint, blueprintOf } from "./blueprint.ts";
import { toWireSeconds } from "./clock.ts";
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

/** A whole copy of a table with the settings that a backup records. It outlives the table. */
export interface Backup {
  readonly arn: string;
  readonly name: string;
  readonly kind: { readonly type: "USER" } | { readonly type: "SYSTEM"; readonly expiresAtMs: number };
  readonly createdAtMs: number;
  readonly items: readonly Item[];
  /** The incarnation that was backed up, as it was. */
  readonly table: {
    readonly name: string;
    readonly id: string;
    readonly arn: string;
    readonly createdAtMs: number;
  };
  readonly blueprint: Blueprint;
  readonly features: Wire;
  readonly encryption: Wire | undefined;
  readonly onDemandThroughput: Wire | undefined;
  /** A backup feeds one restore at a time, and cannot be deleted meanwhile. */
  phase: "creating" | "available" | "restoring";
}

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
  const { encryption, onDemandThroughput } = table.settings;
  const backup: Backup = {
    ...what,
    arn: `${table.arn}/backup/${String(createdAtMs).padStart(14, "0")}-${crypto.randomUUID().slice(0, 8)}`,
    createdAtMs,
    table: { name: table.name, id: table.id, arn: table.arn, createdAtMs: table.createdAtMs },
    blueprint: blueprintOf(described),
    features: featuresOf(table),
    encryption,
    onDemandThroughput,
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

function describe(backup: Backup): Wire {
  const {
    GlobalSecondaryIndexes,
    LocalSecondaryIndexes,
    AttributeDefinitions: _,
    ...shape
  } = backup.blueprint;
  return {
    BackupDetails: describeDetails(backup),
    SourceTableDetails: {
      ...shape,
      // The service names a throughput of zero for tables that are paid per request.
      ProvisionedThroughput: shape.ProvisionedThroughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      TableName: backup.table.name,
      TableId: backup.table.id,
      TableArn: backup.table.arn,
      TableCreationDateTime: toWireSeconds(backup.table.createdAtMs),
      TableSizeBytes: sizeOf(backup),
      ItemCount: backup.items.length,
      ...(backup.onDemandThroughput && { OnDemandThroughput: backup.onDemandThroughput }),
    },
    SourceTableFeatureDetails: {
      ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
      ...(LocalSecondaryIndexes && { LocalSecondaryIndexes }),
      ...backup.features,
    },
  };
}

function describeDetails(backup: Backup): Wire {
  return {
    BackupArn: backup.arn,
    BackupName: backup.name,
    BackupType: backup.kind.type,
    BackupStatus: backup.phase === "creating" ? "CREATING" : "AVAILABLE",
    BackupSizeBytes: sizeOf(backup),
    BackupCreationDateTime: toWireSeconds(backup.createdAtMs),
    ...(backup.kind.type === "SYSTEM" && { BackupExpiryDateTime: toWireSeconds(backup.kind.expiresAtMs) }),
  };
}

/** About: the length of the items as JSON. */
function sizeOf({ items }: Backup): number {
  return items.reduce((bytes, item) => bytes + JSON.stringify(item).length, 0);
}

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

export const BACKUPS: Operations = {
  CreateBackup: createBackup,
  DescribeBackup: describeBackup,
  ListBackups: listBackups,
  DeleteBackup: deleteBackup,
};
