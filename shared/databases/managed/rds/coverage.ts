import { codeOf } from "../../../errors/stillpoint-error.ts";
import type { Reach } from "../../../restore/managed/plan.ts";
import type { RdsConnection } from "./connection.ts";
import { type Found, plain } from "./found.ts";
import { attempt } from "./refusal.ts";

const DAY_S = 86_400;

/** Undefined where the service keeps no history of it. */
export async function reachOf(connection: RdsConnection, found: Found): Promise<Reach | undefined> {
  if (found.kind === "rds") return instanceReach(connection, found);
  const { EarliestRestorableTime: earliest, LatestRestorableTime: latest } = found.cluster;
  return spanOf(earliest, latest);
}

/** The service tells an instance's earliest time with its automated backups only. */
async function instanceReach(
  connection: RdsConnection,
  found: Extract<Found, { kind: "rds" }>,
): Promise<Reach | undefined> {
  const {
    LatestRestorableTime: latest,
    BackupRetentionPeriod: days = 0,
    InstanceCreateTime,
  } = found.instance;
  if (latest === undefined || days === 0) return undefined;
  const earliest = await earliestOf(connection, plain(found).resourceId);
  if (earliest !== undefined) return spanOf(earliest, latest);
  const latestSecond = wholeSecond(latest);
  const created = Math.ceil((InstanceCreateTime?.getTime() ?? 0) / 1000);
  return { earliestSecond: Math.max(created, latestSecond - days * DAY_S), latestSecond };
}

async function earliestOf(connection: RdsConnection, resourceId: string): Promise<Date | undefined> {
  const { DescribeDBInstanceAutomatedBackupsCommand } = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  try {
    const { DBInstanceAutomatedBackups: [backup] = [] } = await attempt(
      "describe the automated backups of",
      resourceId,
      () => client.send(new DescribeDBInstanceAutomatedBackupsCommand({ DbiResourceId: resourceId })),
    );
    return backup?.RestoreWindow?.EarliestTime;
  } catch (error) {
    // By the retention then: the restore itself is refused where that was too kind.
    if (["DATABASE_DENIED", "DATABASE_REFUSED"].includes(codeOf(error))) return undefined;
    throw error;
  }
}

function spanOf(earliest: Date | undefined, latest: Date | undefined): Reach | undefined {
  if (earliest === undefined || latest === undefined) return undefined;
  return { earliestSecond: Math.ceil(earliest.getTime() / 1000), latestSecond: wholeSecond(latest) };
}

function wholeSecond(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
