import { performance } from "node:perf_hooks";
import { toWireSeconds } from "./clock.ts";
import { refuse } from "./refusal.ts";
import type { PointInTimeRecovery, Table } from "./tables.ts";
import type { Operations, World } from "./world.ts";

const DAY_MS = 86_400_000;
const RECOVERY_PERIOD_DAYS_MAX = 35;

/** The span that a table can be restored to. */
export interface Coverage {
  readonly earliestMs: number;
  readonly latestMs: number;
}

export function coverageOf(world: World, table: Table): Coverage | undefined {
  const recovery = table.pointInTimeRecovery;
  if (recovery.kind === "off") return undefined;
  const now = world.clock.now();
  return {
    earliestMs: Math.max(
      recovery.enabledAtMs,
      recovery.lostUntilMs,
      now - recovery.recoveryPeriodDays * DAY_MS,
      table.journal.earliestMs,
    ),
    latestMs: Math.max(recovery.enabledAtMs, now - world.pace.latestDelayMs),
  };
}

/** To backups a table that is still being created or restored is as good as missing. */
export function tableWithBackups(world: World, nameOrArn: unknown): Table {
  const table = world.tables.find(nameOrArn);
  if (table !== undefined && table.phase.kind !== "creating") return table;
  return refuse("TableNotFoundException", `Table not found: ${world.tables.nameOf(nameOrArn)}`);
}

export function checkAvailable(world: World, table: Table): void {
  if (performance.now() - table.activeSinceMs < world.pace.continuousBackupsUnavailableMs)
    refuse(
      "ContinuousBackupsUnavailableException",
      `Backups are being enabled for the table: ${table.name}. Please retry later`,
    );
}

interface UpdateInput {
  readonly TableName?: string;
  readonly PointInTimeRecoverySpecification?: {
    readonly PointInTimeRecoveryEnabled?: boolean;
    readonly RecoveryPeriodInDays?: number;
  };
}

function updateContinuousBackups(world: World, input: UpdateInput): object {
  const { PointInTimeRecoveryEnabled: enabled, RecoveryPeriodInDays: days } =
    input.PointInTimeRecoverySpecification ?? {};
  if (enabled === undefined)
    refuse("ValidationException", "PointInTimeRecoverySpecification needs PointInTimeRecoveryEnabled");
  checkPeriod(enabled === true, days);
  const table = tableWithBackups(world, input.TableName);
  checkAvailable(world, table);
  table.pointInTimeRecovery = enabled
    ? switchedOn(table.pointInTimeRecovery, world.clock.now(), days)
    : { kind: "off" };
  return { ContinuousBackupsDescription: describeBackups(world, table) };
}

function checkPeriod(enabled: boolean, days: number | undefined): void {
  if (days === undefined) return;
  if (!enabled)
    refuse(
      "ValidationException",
      "RecoveryPeriodInDays can only be specified when PointInTimeRecoveryEnabled is true",
    );
  if (!Number.isInteger(days) || days < 1 || days > RECOVERY_PERIOD_DAYS_MAX)
    refuse(
      "ValidationException",
      `RecoveryPeriodInDays ${days} is not between 1 and ${RECOVERY_PERIOD_DAYS_MAX}`,
    );
}

/** Switching on what is on changes nothing but the period; what was off starts a new history. */
function switchedOn(
  current: PointInTimeRecovery,
  now: number,
  days: number | undefined,
): PointInTimeRecovery {
  if (current.kind === "off")
    return {
      kind: "on",
      enabledAtMs: now,
      recoveryPeriodDays: days ?? RECOVERY_PERIOD_DAYS_MAX,
      lostUntilMs: 0,
    };
  const recoveryPeriodDays = days ?? current.recoveryPeriodDays;
  return {
    ...current,
    recoveryPeriodDays,
    lostUntilMs: Math.max(current.lostUntilMs, now - recoveryPeriodDays * DAY_MS),
  };
}

function describeContinuousBackups(world: World, { TableName }: { readonly TableName?: string }): object {
  return { ContinuousBackupsDescription: describeBackups(world, tableWithBackups(world, TableName)) };
}

/** `ContinuousBackupsStatus` is ENABLED whatever the point-in-time recovery is, as with the real service. */
function describeBackups(world: World, table: Table): object {
  return {
    ContinuousBackupsStatus: "ENABLED",
    PointInTimeRecoveryDescription: describeRecovery(world, table),
  };
}

function describeRecovery(world: World, table: Table): object {
  const recovery = table.pointInTimeRecovery;
  const coverage = coverageOf(world, table);
  if (recovery.kind === "off" || coverage === undefined) return { PointInTimeRecoveryStatus: "DISABLED" };
  return {
    PointInTimeRecoveryStatus: "ENABLED",
    RecoveryPeriodInDays: recovery.recoveryPeriodDays,
    EarliestRestorableDateTime: toWireSeconds(coverage.earliestMs),
    LatestRestorableDateTime: toWireSeconds(coverage.latestMs),
  };
}

export const CONTINUOUS_BACKUPS: Operations = {
  UpdateContinuousBackups: updateContinuousBackups,
  DescribeContinuousBackups: describeContinuousBackups,
};
