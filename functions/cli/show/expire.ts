import type { Expired, Expiry } from "../../../shared/deployment/expire-backups.ts";
import { counted, fact, listed } from "./text.ts";
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
    ...alike(
      backups.filter((backup) => backup.run === run),
      nowMs,
    ).flatMap(backupLines),
  ]);
}

interface Alike extends Pick<Expiry, "fate" | "because"> {
  readonly age: string;
  readonly tables: readonly string[];
}

/** Backups of which the same is to be said: one restore leaves one of each table. */
function alike(backups: readonly Expiry[], nowMs: number): readonly Alike[] {
  const groups = new Map<string, Alike>();
  for (const { fate, table, createdMs, because } of backups) {
    const age = createdMs === undefined ? "" : `, ${showSpan(nowMs - createdMs)} old`;
    const key = [fate, age, because].join("\n");
    groups.set(key, { fate, because, age, tables: [...(groups.get(key)?.tables ?? []), table] });
  }
  return [...groups.values()];
}

function backupLines({ fate, tables, age, because }: Alike): readonly string[] {
  const count = tables.length === 1 ? "" : `${counted(tables.length, "table")}: `;
  return fact(FATES[fate], `${because}: ${count}${listed(tables)}${age}`);
}
