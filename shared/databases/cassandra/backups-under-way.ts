import { quoted } from "../../errors/quoted.ts";
import { concurrently } from "../concurrently.ts";
import type { BackupEntry, Registration } from "./cassy.ts";
import type { CassyTools } from "./cassy-tools.ts";

/** Each backup registers anew, so that these are some days' at least. */
const RECENT_REGISTRATIONS = 100;
const ASKED_AT_A_TIME = 4;

/**
 * Backups of the same cluster whose files may still be on their way: the next snapshot deletes theirs. Those that are
 * older than uploads may take are dead, whatever Cassy calls them. All of it is told by Cassy's clock, which has just
 * dated the registration.
 */
export async function backupsUnderWay(
  { cassy, settings }: Pick<CassyTools, "cassy" | "settings">,
  registered: Registration,
): Promise<readonly string[]> {
  const registrations = (await cassy.clusters(RECENT_REGISTRATIONS)).filter(
    ({ clusterName }) => clusterName === registered.clusterName,
  );
  const nowMs = Math.max(...registrations.map(({ createdMs }) => createdMs));
  const entries = await concurrently(ASKED_AT_A_TIME, registrations, ({ clusterId }) =>
    cassy.backups({ clusterId }),
  );
  const alive = entries
    .flat()
    .filter((entry) => isUnderWay(entry) && nowMs - entry.createdMs <= settings.uploadLimitMs);
  return [...Map.groupBy(alive, ({ snapshotId }) => snapshotId).values()].map((of) =>
    describe(of, settings.uploadLimitMs),
  );
}

function isUnderWay({ status }: BackupEntry): boolean {
  return status === "initialized" || status === "started";
}

function describe(entries: readonly BackupEntry[], uploadLimitMs: number): string {
  const [{ snapshotId, createdMs } = { snapshotId: "", createdMs: 0 }] = entries;
  const nodes = quoted(entries.map(({ node }) => node));
  const hours = (uploadLimitMs / 3_600_000).toFixed(1);
  return (
    `Cassy still uploads snapshot "${snapshotId}" of ${new Date(createdMs).toISOString()} from ${nodes}, whose files the next snapshot deletes: ` +
    `wait until it has ended; ${hours} hours after its begin (cassy.uploadLimit) it is taken for dead`
  );
}
