import type { RestorePoint } from "../catalog/model.ts";

/** What one database held at one instant; a dump of it is under way. */
export interface Snapshot {
  /** On our clock: nothing that led to it was sent before. */
  readonly begunMs: number;
  /** On our clock: it was seen to be there. */
  readonly takenMs: number;
  /** On the database's clock. */
  readonly atMs: number;
  /** What a restore needs later, with the place of the dump; kept with the restore point. */
  readonly captured: unknown;
}

export type Snapshots = Readonly<Record<string, Snapshot>>;

/** Whether what the backup leaves is dumps, rather than a second that the databases can be restored to. */
export function isDumped({
  databases,
}: {
  readonly databases: readonly Pick<RestorePoint["databases"][number], "kind">[];
}): boolean {
  return databases.some(({ kind }) => kind === "jdbc");
}
