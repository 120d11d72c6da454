/** What Cassy knows of a cluster since it was registered; nothing of it ever changes. Times are ms on Cassy's clock. */
export interface Registration {
  readonly clusterId: string;
  readonly clusterName: string;
  /** Addresses of the nodes that were alive. */
  readonly nodes: readonly string[];
  /** Cassandra's own among them. */
  readonly keyspaces: readonly string[];
  readonly dataDir: string;
}

export type OperationStatus = "unknown" | "initialized" | "started" | "completed" | "failed";
export type BackupType = "cluster" | "node" | "incremental";

export interface BackupEntry {
  readonly clusterId: string;
  readonly node: string;
  readonly snapshotId: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly type: BackupType | "unknown";
  readonly status: OperationStatus;
}

export interface RestoreEntry {
  readonly node: string;
  readonly snapshotId: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly status: OperationStatus;
}

export type TakenBackup =
  | {
      readonly kind: "taken";
      readonly snapshotId: string;
      readonly createdMs: number;
      readonly nodes: readonly string[];
    }
  | { readonly kind: "refused"; readonly message: string }
  /** Neither yes nor no: it may be at work still, or have been. */
  | { readonly kind: "unanswered"; readonly message: string };

/**
 * Cassy's own interface, in the clear (it has no other). Every call has a deadline; one that has passed does not stop
 * the server. Errors are `DATABASE_UNREACHABLE` and `DATABASE_REFUSED`.
 */
export interface Cassy {
  /** `host:port`, for messages. */
  readonly address: string;
  /** By a node as Cassy reaches it; every time a new registration. */
  register(cassandraHost: string): Promise<Registration>;
  /** The newest first. */
  clusters(limit?: number): Promise<readonly (Registration & { readonly createdMs: number })[]>;
  /** Of one cluster only, whatever Cassy answers besides. The newest first. */
  backups(of: {
    readonly clusterId: string;
    readonly snapshotId?: string;
    readonly limit?: number;
  }): Promise<readonly BackupEntry[]>;
  /** Of all nodes of the registration, in one call. Answers when the snapshots are there and uploads have begun. */
  takeBackup(of: {
    readonly clusterId: string;
    readonly type: "cluster" | "node";
    readonly withinMs: number;
    readonly signal?: AbortSignal;
  }): Promise<TakenBackup>;
  /** Snapshots only, without increments. Answers when the downloads have begun. */
  restore(of: {
    readonly clusterId: string;
    readonly snapshotId: string;
    readonly type: "cluster" | "node";
    readonly nodes: readonly string[];
  }): Promise<void>;
  /** The newest first. */
  restores(of: {
    readonly clusterId: string;
    readonly snapshotId?: string;
  }): Promise<readonly RestoreEntry[]>;
  close(): void;
}
