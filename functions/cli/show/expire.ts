import type { Expired, Expiry } from "../../../shared/deployment/expire-backups.ts";
import { fact } from "./text.ts";
import { showSpan } from "./time.ts";

const FATES: Readonly<Record<Expiry["fate"], string>> = {
  expired: "expired",
  due: "would go",
  gone: "gone",
  kept: "kept",
  failed: "FAILED",
};

/** What became of each backup that restores have left, run by run, with the reason. */
export function expiryLines({ deployment, backups }: Expired, nowMs: number): readonly string[] {
  if (backups.length === 0) return [`${deployment}: no restore has left backups`];
  const runs = [...new Set(backups.map(({ run }) => run))];
  return runs.flatMap((run) => [
    `${deployment}: backups that ${run} has left`,
    ...backups.filter((backup) => backup.run === run).flatMap((backup) => backupLines(backup, nowMs)),
  ]);
}

function backupLines({ fate, table, createdMs, because }: Expiry, nowMs: number): readonly string[] {
  const age = createdMs === undefined ? "" : `, ${showSpan(nowMs - createdMs)} old`;
  return fact(FATES[fate], `${table}${age}: ${because}`);
}
