import type { RestorePoint } from "../catalog/model.ts";

/** What one backup is to do: the deployment's settings as plain data. */
export interface BackupInput {
  readonly deployment: string;
  readonly run: string;
  /**
   * `window`: every instance is paused meanwhile. `snapshot`: one database holds everything and is dumped in one
   * transaction, which nobody has to be paused for. `observed`: somebody else pauses and is watched.
   */
  readonly basis: "window" | "snapshot" | "observed";
  /** What the backup leaves something of; none where a command of the operator's does all. */
  readonly databases: readonly {
    readonly name: string;
    readonly kind: RestorePoint["databases"][number]["kind"];
  }[];
  /** Run inside the window, by the operator's shell. */
  readonly command?: string;
  readonly pause: {
    readonly holdMs: "auto" | number;
    readonly drainWaitMs: number;
    /** From the first Pause on, every instance is open again after at most this long. */
    readonly longestMs: number;
    readonly clockAllowanceMs: number;
    readonly rpcDeadlineMs: number;
  };
}
