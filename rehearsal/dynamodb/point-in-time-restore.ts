import { blueprintOf } from "./blueprint.ts";
import { toWireSeconds } from "./clock.ts";
import { coverageOf, tableWithBackups } from "./continuous-backups.ts";
import { instantInSecond } from "./cut.ts";
import type { Item } from "./items.ts";
import { refuse } from "./refusal.ts";
import {
  checkOverrides,
  checkRestoreShape,
  checkTarget,
  type RestoreInput,
  startRestore,
} from "./restores.ts";
import { describeNow } from "./table-description.ts";
import type { Table } from "./tables.ts";
import type { Operations, World } from "./world.ts";

interface PointInTimeInput extends RestoreInput {
  readonly SourceTableName?: string;
  readonly SourceTableArn?: string;
  /** Seconds; the service counts in whole ones. */
  readonly RestoreDateTime?: number;
  readonly UseLatestRestorableTime?: boolean;
}

/** Refusals in the order of the real service: shape, recovery off, time, target. */
async function restoreTableToPointInTime(world: World, input: PointInTimeInput): Promise<object> {
  const name = checkSource(input);
  const { RestoreDateTime } = checkTime(input);
  checkRestoreShape(world, input);
  const source = tableWithBackups(world, name);
  const secondMs = restorableSecond(world, source, RestoreDateTime);
  await world.locks.settled(source.id);
  const blueprint = blueprintOf(await describeNow(world, source));
  checkOverrides(blueprint, input);
  checkTarget(world, String(input.TargetTableName));
  const { encryption, onDemandThroughput, indexLimits } = source.settings;
  const summary = {
    SourceTableArn: source.arn,
    RestoreDateTime: toWireSeconds(secondMs),
    RestoreInProgress: true as const,
  };
  const items = itemsInSecond(world, source, secondMs);
  const carried = { encryption, onDemandThroughput, indexLimits };
  return startRestore(world, input, { blueprint, items, ...carried, summary }, () => {});
}

function checkSource({ SourceTableName, SourceTableArn }: PointInTimeInput): string {
  if ((SourceTableName === undefined) !== (SourceTableArn === undefined))
    return String(SourceTableName ?? SourceTableArn);
  return refuse("ValidationException", "Exactly one of SourceTableName and SourceTableArn must be given");
}

function checkTime(input: PointInTimeInput): { readonly RestoreDateTime: number | undefined } {
  if ((input.RestoreDateTime === undefined) === (input.UseLatestRestorableTime === true))
    return input as { RestoreDateTime: number };
  return refuse(
    "ValidationException",
    "Exactly one of RestoreDateTime and UseLatestRestorableTime must be given",
  );
}

/** The time itself must be covered; what is restored is the whole second that it lies in. */
function restorableSecond(world: World, source: Table, restoreSeconds: number | undefined): number {
  const coverage = coverageOf(world, source);
  if (coverage === undefined)
    return refuse(
      "PointInTimeRecoveryUnavailableException",
      `Point in time recovery is not enabled for table ${source.name}`,
    );
  const { earliestMs, latestMs } = coverage;
  const atMs = restoreSeconds === undefined ? latestMs : Math.round(restoreSeconds * 1000);
  if (atMs < earliestMs || atMs > latestMs)
    refuse(
      "InvalidRestoreTimeException",
      `${iso(atMs)} is outside of the restorable span of table ${source.name}: EarliestRestorableDateTime ${iso(earliestMs)}, LatestRestorableDateTime ${iso(latestMs)}`,
    );
  return Math.floor(atMs / 1000) * 1000;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Each item at an instant of its own inside the second. */
export function itemsInSecond(world: World, { name, journal }: Table, secondMs: number): readonly Item[] {
  return journal.snapshot((keyText) => instantInSecond({ seed: world.seed, table: name }, keyText, secondMs));
}

export const POINT_IN_TIME_RESTORE: Operations = { RestoreTableToPointInTime: restoreTableToPointInTime };
