import type { Readable } from "node:stream";
import type { Capture } from "../../backup/effects.ts";
import type { Artifact, CapturedJdbc } from "../../restore/jdbc/captured.ts";
import type { Sql } from "../sql/sql.ts";

/** What a backup of it is worth. */
export type Worth = Omit<Capture, "captured">;

/** When a snapshot was taken. It lies, on our clock, between the two moments. */
export interface TakenSnapshot {
  /** The first thing that led to it was sent after this. */
  readonly begunMs: number;
  /** It was seen to be there by then. */
  readonly takenMs: number;
  /** In ms on the server's clock. */
  readonly atMs: number;
  readonly position?: string;
}

/** A dump tool at work, its snapshot taken. */
export interface RunningDump {
  readonly snapshot: TakenSnapshot;
  readonly tool: string;
  readonly format: Artifact["format"];
  /** What the tool writes; it ends when the tool ends. */
  readonly output: Readable;
  /**
   * Resolves once the tool has ended well and what the dump stands for is whole; fails where the tool failed, or where
   * a table appeared, went or was truncated meanwhile. Only then may the dump be called complete.
   */
  readonly ended: Promise<void>;
  /** Ends the tool and its sessions, whatever they are doing. Done too where it has ended. */
  stop(): Promise<void>;
}

/** Names of the databases (PostgreSQL) or schemas (MySQL) by what they were called in the dump. */
export type Names = Readonly<Record<string, string>>;

/** How things stand while originals and restored ones change places. */
export type SwapState = "untouched" | "half" | "swapped";

/** What PostgreSQL and MySQL each do in their own way. Opened by `openPostgresql` and `openMysql`. */
export interface JdbcServer {
  readonly sql: Sql;
  /** What is there and how it is set; `problems` are all reasons why a dump would be worthless. */
  capture(): Promise<Worth & { readonly captured: CapturedJdbc }>;
  /** Whether it is still the same, and worth a dump: quick. */
  identify(): Promise<Worth>;
  /** ms on the server's clock, now. */
  now(): Promise<number>;
  /** Resolves once the snapshot was seen to be taken, and the tool is at work. */
  startDump(captured: CapturedJdbc, clock: () => number, signal?: AbortSignal): Promise<RunningDump>;

  /** Names that a run makes beside the originals, and under which it keeps them. */
  targetsOf(captured: CapturedJdbc, run: string): { readonly targets: Names; readonly kept: Names };
  /** All that speaks against a restore of this dump, in sentences; nothing is changed. */
  obstacles(
    captured: CapturedJdbc,
    plan: {
      readonly targets: Names;
      readonly kept: Names;
      readonly inPlace: boolean;
      /** False while it is only planned: whoever works on the original may be connected then. Default: true. */
      readonly stopped?: boolean;
      /** Whether another host loads the dump: then nobody asks for the tools here. */
      readonly toolsElsewhere?: boolean;
    },
  ): Promise<readonly string[]>;
  /** What is under the original names now: what a restore in place will keep under other names. */
  present(
    captured: CapturedJdbc,
  ): Promise<readonly { readonly name: string; readonly tables: number; readonly bytes: number }[]>;
  /**
   * Makes the targets anew, empty, and loads the dump into them; what an earlier attempt of this run has left there is
   * removed first. Never touches a name that this run did not make.
   */
  load(input: {
    readonly captured: CapturedJdbc;
    readonly targets: Names;
    readonly run: string;
    /** The dump as the tool wrote it, decompressed; opened once or, where it was a file, several times. */
    readonly open: () => Promise<Readable>;
    /** Where a file of `rawBytes` may be kept meanwhile, where there is room. */
    readonly scratchDir: string;
    readonly signal?: AbortSignal;
  }): Promise<void>;
  /** What the restored ones do not have of what was captured; puts back what it can. By name, in sentences. */
  settle(captured: CapturedJdbc, targets: Names): Promise<Readonly<Record<string, readonly string[]>>>;
  /** `untouched` too where nothing was made yet, or what was made has been removed. */
  swapState(names: { readonly targets: Names; readonly kept: Names }, run: string): Promise<SwapState>;
  /** Originals get the names to be kept under, targets the original ones. Repeated, it goes on where it was. */
  swap(names: { readonly targets: Names; readonly kept: Names }, run: string): Promise<void>;
  /** Removes what this run has made, and nothing else. */
  removeTargets(targets: Names, run: string): Promise<void>;
  /** The same server, asked in a restored database: its rows under their logical names. */
  sqlOf(targets: Names): Sql;
  close(): void;
}
