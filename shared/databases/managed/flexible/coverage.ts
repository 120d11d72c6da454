import type { Reach } from "../../../restore/managed/plan.ts";
import { type Found, secondAfter } from "./found.ts";

/**
 * Neither service tells the latest moment that it can restore to. Both name up to five minutes until the log of a
 * transaction is among the backups (learn.microsoft.com, "Backup and restore" of each); twice that is waited for.
 */
const BACKUP_DELAY_S = 600;

/** Undefined where the service has no backup of it. */
export function reachOf({ properties }: Found, nowSecond: number): Reach | undefined {
  const earliestSecond = secondAfter(properties?.backup?.earliestRestoreDate);
  return earliestSecond === 0 ? undefined : { earliestSecond, latestSecond: nowSecond - BACKUP_DELAY_S };
}
