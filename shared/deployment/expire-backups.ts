import type { BackupDescription } from "@aws-sdk/client-dynamodb";
import type { Run } from "../catalog/model.ts";
import { dynamodbsOf } from "../config/databases-of.ts";
import { showDuration } from "../config/duration.ts";
import { concurrently } from "../databases/concurrently.ts";
import { describeTable } from "../databases/dynamodb/capture.ts";
import { deleteBackup, describeBackup } from "../databases/dynamodb/copies.ts";
import { readRecovery } from "../databases/dynamodb/settings/recovery.ts";
import { type Failure, StillpointError, toFailure } from "../errors/stillpoint-error.ts";
import { judgeBackup, type LeftBackup, type TableNow, tablesOfPoint } from "../restore/dynamodb/expire.ts";
import { madeBy } from "../restore/dynamodb/quiet/tries.ts";
import type { DynamodbResult } from "../restore/dynamodb/restore.ts";
import type { OpenDeployment } from "./open-deployment.ts";
import type { PlannedRun } from "./plan-restore.ts";
import { plannedOf } from "./recorded-run.ts";

/** What became of one backup that a restore in place has left. */
export interface Expiry extends LeftBackup {
  readonly createdMs?: number;
  /** `due`: it would have expired, had this not been a rehearsal. `gone`: somebody else had deleted it. */
  readonly fate: "expired" | "due" | "gone" | "kept" | "failed";
  /** Why, as a sentence. */
  readonly because: string;
}

export interface Expired {
  readonly deployment: string;
  readonly backups: readonly Expiry[];
  /** The first thing that went wrong; the others are told with their backups. */
  readonly failure?: Failure;
}

/**
 * Deletes the backups of finished restores in place that are older than the database's rule and not the only copy
 * of anything (law 4). Killed anywhere it can be repeated: what is deleted is noted in its run.
 */
export async function expireBackups(
  open: OpenDeployment,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<Expired> {
  const { catalog, settings } = open;
  const runs = (await catalog.runs.list(settings.name)).records;
  const left = runs.flatMap(leftBackups);
  const unfinished = runs.find(isUnfinished);
  const failures: Failure[] = [];
  const backups: Expiry[] = [];
  const world = await lookAround(open, left);
  for (const one of left) {
    try {
      backups.push(
        unfinished === undefined
          ? await settle(open, one, { world, dryRun })
          : kept(one, `restore "${unfinished.id}" is not finished`),
      );
    } catch (error) {
      const failure = toFailure(error);
      failures.push(failure);
      backups.push({ ...fateOf(one), fate: "failed", because: failure.message });
    }
  }
  const [failure] = failures;
  return { deployment: settings.name, backups, ...(failure && { failure }) };
}

interface Left extends LeftBackup {
  readonly doneMs: number;
  readonly temporary: string;
  readonly name: string;
}

const UNFINISHED: readonly Run["state"][] = ["running", "failed", "abandoning"];

function isUnfinished({ state }: Run): boolean {
  return UNFINISHED.includes(state);
}

/** What was expired before is not asked for again. */
function leftBackups(run: Run): readonly Left[] {
  if (run.state !== "done") return [];
  const { restore } = (plannedOf(run).plan ?? {}) as Partial<PlannedRun["plan"]>;
  if (restore?.kind !== "dynamodb") return [];
  const expired = new Set((run.expired ?? []).map(({ arn }) => arn));
  const { backups = [] } = (run.result ?? {}) as Partial<DynamodbResult>;
  return backups
    .filter((arn) => !expired.has(arn))
    .flatMap((arn) => {
      const table = madeBy(restore).tables.find(({ temporary }) =>
        arn.includes(`:table/${temporary}/backup/`),
      );
      if (table === undefined) return [];
      const { database, temporary, name: original, backup: name } = table;
      return [{ run: run.id, database, table: original, arn, doneMs: run.updatedMs, temporary, name }];
    });
}

interface Look {
  readonly points: Parameters<typeof judgeBackup>[1]["points"];
  readonly now: (database: string, table: string) => TableNow;
}

/** DescribeContinuousBackups is limited to ten a second. */
const AT_A_TIME = 5;

/** The tables of today that a backup was of, or that a later point needs. */
async function lookAround(open: OpenDeployment, left: readonly Left[]): Promise<Look> {
  const due = left.filter(({ database }) => ruleOf(open, database) !== "forever");
  if (due.length === 0) return { points: [], now: () => ({}) };
  const first = Math.min(...due.map(({ doneMs }) => doneMs));
  const { records } = await open.catalog.points.list(open.settings.name);
  const points = records.filter(({ createdMs }) => createdMs > first);
  const wanted = new Map<string, { database: string; table: string }>();
  for (const each of [...due, ...points.flatMap(tablesOfPoint)])
    wanted.set(keyOf(each.database, each.table), each);
  const found = await concurrently(AT_A_TIME, [...wanted], async ([key, { database, table }]) => {
    return [key, await tableNow(open, database, table)] as const;
  });
  const tables = new Map(found);
  return { points, now: (database, table) => tables.get(keyOf(database, table)) ?? {} };
}

function keyOf(database: string, table: string): string {
  return `${database} ${table}`;
}

async function tableNow(open: OpenDeployment, database: string, name: string): Promise<TableNow> {
  const { connection } = open.dynamodb(database);
  const table = await describeTable(connection, name);
  if (table === undefined) return {};
  const { TableId: id = "", TableStatus: status = "" } = table;
  if (status !== "ACTIVE") return { id, status };
  const { coverage } = await readRecovery(connection, name);
  return { id, status, ...(coverage && { coverage }) };
}

function ruleOf({ settings }: OpenDeployment, database: string): "forever" | number {
  const found = dynamodbsOf(settings).find(({ name }) => name === database);
  return found?.keepBackupsMs ?? "forever";
}

async function settle(
  open: OpenDeployment,
  one: Left,
  { world, dryRun }: { readonly world: Look; readonly dryRun: boolean },
): Promise<Expiry> {
  const keepMs = ruleOf(open, one.database);
  if (keepMs === "forever") return kept(one, "backups of this database are kept forever");
  const { connection } = open.dynamodb(one.database);
  const backup = await describeBackup(connection, one.arn);
  if (backup === undefined) {
    if (!dryRun) await note(open, one);
    return { ...fateOf(one), fate: "gone", because: "somebody has deleted it" };
  }
  const createdMs = backup.BackupDetails?.BackupCreationDateTime?.getTime() ?? Number.POSITIVE_INFINITY;
  const dated = { ...one, createdMs };
  if (!isOurs(backup, one)) return kept(dated, "it is not the backup that the restore has made");
  if (open.clock.wallMs() - createdMs < keepMs)
    return kept(dated, `it is kept for ${showDuration(keepMs)} at least`);
  // The table itself is asked now: the look around may be some minutes old.
  const fresh = await tableNow(open, one.database, one.table);
  const isIts = (database: string, table: string) => database === one.database && table === one.table;
  const now: Look["now"] = (...of) => (isIts(...of) ? fresh : world.now(...of));
  const judged = judgeBackup(one, { doneMs: one.doneMs, points: world.points, now });
  if (judged.kind === "keep") return kept(dated, judged.because);
  const because = `table "${one.table}" is there, and can be restored to point "${judged.point}"`;
  if (dryRun) return { ...fateOf(dated), fate: "due", because };
  await refuseRestoring(open, one);
  await deleteBackup(connection, one.arn);
  await note(open, one);
  return { ...fateOf(dated), fate: "expired", because };
}

function isOurs(
  { BackupDetails, SourceTableDetails }: BackupDescription,
  { name, temporary }: Left,
): boolean {
  return BackupDetails?.BackupName === name && SourceTableDetails?.TableName === temporary;
}

/** A restore that begins meanwhile deletes tables: what takes this backup's place may go with them. */
async function refuseRestoring({ catalog, settings }: OpenDeployment, { arn }: Left): Promise<void> {
  const holder = (await catalog.lease(settings.name))?.holder;
  if (holder?.kind === "restore")
    throw new StillpointError(
      "LEASE_HELD",
      `backup "${arn}" was not deleted: restore "${holder.run}" has begun meanwhile`,
    );
}

async function note({ catalog, clock }: OpenDeployment, { run, arn }: Left): Promise<void> {
  const atMs = clock.wallMs();
  await catalog.runs.update(run, (found) => ({
    ...found,
    expired: [...(found.expired ?? []).filter((each) => each.arn !== arn), { arn, atMs }],
  }));
}

function kept(one: LeftBackup & { readonly createdMs?: number }, because: string): Expiry {
  return { ...fateOf(one), fate: "kept", because };
}

function fateOf({ run, database, table, arn, createdMs }: LeftBackup & { readonly createdMs?: number }) {
  const dated = createdMs !== undefined && Number.isFinite(createdMs) && { createdMs };
  return { run, database, table, arn, ...dated };
}
