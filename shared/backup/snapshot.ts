import type { RestorePoint } from "../catalog/model.ts";
import type { ClockBound } from "../pause/clock-bound.ts";

/** What one database held at one instant: a dump of it is under way, or its files are on their way to a store. */
export interface Snapshot {
  /** On our clock: nothing that led to it was sent before. */
  readonly begunMs: number;
  /** On our clock: it was seen to be there. */
  readonly takenMs: number;
  /** On the database's clock, which a tool such as Cassy does not tell: then what was measured of it is reckoned in. */
  readonly atMs: number;
  /** What a restore needs later, with the place of the dump; kept with the restore point. */
  readonly captured: unknown;
}

/** Of a tool that tells no time of its database's: the middle, on that clock as measured. */
export function onDatabaseClock(
  { begunMs, takenMs, ...snapshot }: Omit<Snapshot, "atMs">,
  { lowMs, highMs }: Pick<ClockBound, "lowMs" | "highMs"> = { lowMs: 0, highMs: 0 },
): Snapshot {
  return { ...snapshot, begunMs, takenMs, atMs: (begunMs + takenMs + lowMs + highMs) / 2 };
}

export type Snapshots = Readonly<Record<string, Snapshot>>;

interface OfKinds {
  readonly databases: readonly Pick<RestorePoint["databases"][number], "kind">[];
}

/** Whether the backup's own process carries what it leaves to its end. */
export function isDumped({ databases }: OfKinds): boolean {
  return databases.some(({ kind }) => kind === "jdbc");
}

/** Whether what the backup leaves is taken inside the window, rather than a second that is found in it. */
export function takesSnapshots({ databases }: OfKinds): boolean {
  return databases.some(({ kind }) => kind === "jdbc" || kind === "cassandra");
}

/** Whether a whole second must be inside the window. */
export function needsSecond(of: OfKinds): boolean {
  return of.databases.length > 0 && !takesSnapshots(of);
}
