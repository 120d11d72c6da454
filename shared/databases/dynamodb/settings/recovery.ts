import { DescribeContinuousBackupsCommand, UpdateContinuousBackupsCommand } from "@aws-sdk/client-dynamodb";
import type { CapturedTable, TableSettings } from "../../../restore/dynamodb/captured.ts";
import type { DynamodbConnection } from "../connection.ts";
import { attempt } from "../refusal.ts";
import type { Changing } from "./change.ts";

export interface Recovery {
  readonly recoveryDays: number | null;
  readonly coverage: NonNullable<CapturedTable["coverage"]> | undefined;
}

/** Point-in-time recovery of a table. `ContinuousBackupsStatus` is another thing and always enabled. */
export async function readRecovery({ dynamodb }: DynamodbConnection, table: string): Promise<Recovery> {
  const answer = await attempt("describe the continuous backups of table", table, () =>
    dynamodb.send(new DescribeContinuousBackupsCommand({ TableName: table })),
  );
  const recovery = answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } = recovery ?? {};
  if (recovery?.PointInTimeRecoveryStatus !== "ENABLED" || !earliest || !latest)
    return { recoveryDays: null, coverage: undefined };
  // Whole seconds that are surely inside: the service's own bounds carry fractions.
  const earliestSecond = Math.ceil(earliest.getTime() / 1000);
  const latestSecond = Math.floor(latest.getTime() / 1000);
  return { recoveryDays: recovery.RecoveryPeriodInDays ?? 35, coverage: { earliestSecond, latestSecond } };
}

export async function putRecoveryBack(
  { connection, table, change }: Changing,
  { recoveryDays }: TableSettings,
): Promise<void> {
  if (recoveryDays === null || recoveryDays === table.settings.recoveryDays) return;
  const recovery = { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: recoveryDays };
  const command = new UpdateContinuousBackupsCommand({
    TableName: table.name,
    PointInTimeRecoverySpecification: recovery,
  });
  await change("point-in-time recovery", () => connection.dynamodb.send(command));
}
