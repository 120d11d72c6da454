import type { Capture } from "../../backup/effects.ts";
import type { CapturedManaged } from "../../restore/managed/captured.ts";
import type { Started } from "../../restore/managed/effects.ts";
import type { PlannedServer, Reach } from "../../restore/managed/plan.ts";
import type { SqlEngine } from "../sql/sql.ts";

/** What a backup of it is worth: the service takes it in some minutes after the pause. */
export type ManagedWorth = Omit<Capture, "captured"> & { readonly artifact: "pending" };

/** Where a server is asked, and in which dialect. */
export interface ServerAddress {
  readonly engine: SqlEngine;
  readonly host: string;
  readonly port: number;
}

/** What is planned of a server before all of it is known. */
export type Wanted = Pick<PlannedServer, "target" | "kept" | "members" | "atSecond" | "original">;

/** Tells whether a server may still be deleted: it throws where not. Asked right before the call. */
export type Guard = () => Promise<void>;

/**
 * What backups and restores ask of any service that runs servers; the configuration names one of them. Opened by
 * `openRds` and `openFlexibleServer`. Every step of a restore can be carried out again, and looks at the world first.
 */
export interface ManagedServer {
  readonly canRename: boolean;
  capture(): Promise<ManagedWorth & { readonly captured: CapturedManaged }>;
  /** Whether it is still the same, and worth a backup: quick, and without the settings. */
  identify(): Promise<ManagedWorth>;
  /** What the service's clock says, in whole seconds since 1970. */
  askSecond(): Promise<number>;

  /** The very server that was captured, by its resource id, whatever it is called today. */
  find(captured: CapturedManaged): Promise<CapturedManaged | undefined>;
  /** Whether it is there under its own names, and none of them is about to change. */
  isStanding(captured: CapturedManaged): Promise<boolean>;
  /** Whichever has this name today. */
  findNamed(name: string): Promise<CapturedManaged | undefined>;
  /** Undefined where the service keeps no history of it. */
  reach(captured: CapturedManaged): Promise<Reach | undefined>;
  /** All that speaks against making it, in sentences: names taken, quotas, groups and keys that are gone. */
  obstacles(wanted: Wanted): Promise<readonly string[]>;
  /** What a restored server will not have, in sentences, and what people must do about it. */
  losses(original: CapturedManaged): Promise<readonly string[]>;

  /** Begins the restore to `target`. One that carries the tag of this run is there already; another is `PLAN_OUTDATED`. */
  start(server: PlannedServer, run: string): Promise<Started>;
  /** A step towards the server that is there as a whole; true once it is. */
  advance(server: PlannedServer, run: string, started: Started): Promise<boolean>;
  /** A step towards the settings that could not be passed. */
  settle(
    server: PlannedServer,
    run: string,
  ): Promise<{ readonly done: boolean; readonly refused: readonly string[] }>;
  /** A step towards swapped names; true once they are. Only where `canRename`. */
  swap(server: PlannedServer, run: string): Promise<boolean>;
  /** Where a server of this name is asked. */
  addressOf(name: string): Promise<ServerAddress>;
  /** A step towards the end of what this run has made under `target`; true once nothing of it is left. */
  remove(server: PlannedServer, run: string, guard: Guard): Promise<boolean>;
  close(): void;
}
