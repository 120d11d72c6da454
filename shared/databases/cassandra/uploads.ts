import type {
  CapturedCassandra,
  CassySnapshot,
  NodeUpload,
  SecondaryIndex,
} from "../../restore/cassandra/captured.ts";

/** What the bucket holds of one snapshot. */
export interface FoundUploads {
  readonly uploads: readonly NodeUpload[];
  readonly unsavedIndexes: readonly SecondaryIndex[];
  /** What is not there, in sentences, each with its node: nothing where the snapshot is whole. */
  readonly missing: readonly string[];
}

/** The bucket that Cassy uploads to, which is only ever read. Errors are `DATABASE_*`. */
export interface Uploads {
  /** For messages, such as `bucket "ledger-cassy"`. */
  readonly name: string;
  /** Why nothing could be read from it later; nothing where all is well. */
  problems(): Promise<readonly string[]>;
  /** Holds every node's files against its manifests, and these against the schema: each node, keyspace and table. */
  look(
    snapshot: CassySnapshot,
    of: Pick<CapturedCassandra, "nodes" | "keyspaces">,
    signal?: AbortSignal,
  ): Promise<FoundUploads>;
  close(): void;
}
