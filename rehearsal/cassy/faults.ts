/** A call of Cassy's interface. */
export type Method = "RegisterCluster" | "ListClusters" | "ListBackups" | "TakeBackup" | "RestoreBackup";

/**
 * What goes wrong with the real Cassy, as it was seen there. All else that is wrong with it needs no switch: its
 * registrations are frozen, a second backup clears the snapshots of the first, a failed pause or unpause leaves
 * applications paused, nobody who gives up is noticed, and whoever kills it has what was STARTED for ever.
 */
export class Faults {
  /** Nodes whose next snapshots fail, of which nobody is told: what is then uploaded is nothing, and COMPLETED. */
  readonly snapshotsFail = new Set<string>();
  /** Nodes that are stopped within their snapshots until this resolves; the call waits for it, paused or not. */
  readonly snapshotsWaitFor = new Map<string, Promise<unknown>>();
  /** Nodes that SSH does not connect to: their uploads and downloads never begin, and are STARTED for ever. */
  readonly unreachableBySsh = new Set<string>();
  /** Nodes whose uploads and downloads end as FAILED. */
  readonly commandsFail = new Set<string>();
  /** Uploads and downloads begin only when this resolves. */
  commandsWaitFor: Promise<unknown> | undefined;
  /** Their ends are noticed only when this resolves. */
  statusesWaitFor: Promise<unknown> | undefined;
  /** Keys of objects that get lost on the way to the bucket, of which nobody is told. */
  loses: (key: string) => boolean = () => false;
  /** Applications, as `host:port`, that Cassy does not reach to pause them. */
  readonly pausesFail = new Set<string>();
  readonly unpausesFail = new Set<string>();
  /** Calls that are answered INTERNAL without a word, before anything is done. */
  readonly wordless = new Set<Method>();
}
