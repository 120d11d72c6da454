import { begin, enqueued } from "../azure/long-running.ts";
import { type Answer, asWire, type Wire } from "../azure/wire.ts";
import type { ManagedCall } from "../azure/world.ts";
import { type Account, regionOf } from "./account.ts";
import { isContinuous } from "./account-resource.ts";
import type { Container } from "./container.ts";
import { requireOnline } from "./find-account.ts";
import { refuse } from "./refusal.ts";
import { requireContainer } from "./sql-resources.ts";
import type { Routes, World } from "./world.ts";

const DAY_MS = 86_400_000;
const RETENTION_DAYS: Readonly<Record<string, number>> = { Continuous7Days: 7, Continuous30Days: 30 };

export function oldestRestorableMs({ clock }: World, account: Account): number {
  const properties = asWire(asWire(account.properties["backupPolicy"])["continuousModeProperties"]);
  const days = RETENTION_DAYS[String(properties["tier"] ?? "Continuous30Days")] ?? 30;
  return Math.max(account.continuousSinceMs ?? clock.now(), clock.now() - days * DAY_MS);
}

/**
 * Just before the first write that is not in the backup yet; now, where everything is. Undefined shortly after the
 * container was created, before its first backup.
 */
export function latestRestorableMs({ clock, pace }: World, container: Container): number | undefined {
  const backedUpMs = clock.now() - pace.backupDelayMs;
  if (container.createdAtMs > backedUpMs) return undefined;
  const pendingMs = container.journal.firstAfter(backedUpMs);
  return pendingMs === undefined ? clock.now() : pendingMs - 1;
}

function retrieve(world: World, call: ManagedCall): Answer {
  const account = requireOnline(world, call.params);
  const container = requireContainer(world, call.params);
  const location = String(call.wire["location"]);
  if (!isContinuous(account.properties))
    refuse(400, "BadRequest", `Account ${account.name} does not have continuous backup`);
  if (!regionOf(account, location, world.clock.now()))
    refuse(400, "BadRequest", `Account ${account.name} does not exist in location '${location}'`);
  return begin(world, call, {
    ms: world.pace.backupInformationMs,
    accepted: enqueued,
    work: () => information(world, container),
  });
}

function information(world: World, container: Container): Wire {
  const latest = new Date(latestRestorableMs(world, container) ?? 0);
  const text = world.faults.unitedStatesTimestamps
    ? latest.toLocaleString("en-US", { timeZone: "UTC" }).replace(",", "")
    : latest.toISOString().replace(/\.\d+/, "");
  return { continuousBackupInformation: { latestRestorableTimestamp: text } };
}

export const CONTINUOUS_BACKUP: Routes = {
  "POST databaseAccounts/:account/sqlDatabases/:database/containers/:container/retrieveContinuousBackupInformation":
    retrieve,
};
