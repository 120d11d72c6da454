import type { ClockSample } from "../../pause/clock-bound.ts";
import type { CapturedCassandra } from "../../restore/cassandra/captured.ts";
import type { LookedAtIndex } from "../../restore/cassandra/index-look.ts";
import type { Page, TableSchema } from "../../verify/row-source.ts";
import type { SystemNamespaces } from "../../verify/table-role.ts";
import type { Probe } from "../clock-probe.ts";

/** What a cluster says of itself in CQL. */
export type ClusterState = Omit<CapturedCassandra, "snapshot" | "uploads" | "unsavedIndexes">;

/** A Cassandra cluster, asked in CQL by way of whichever of its nodes answers. Errors are `DATABASE_*`. */
export interface Cluster {
  /** Nodes by address, keyspaces and tables by name. */
  describe(): Promise<ClusterState>;
  /** Always of the same node, whose clock tells milliseconds. */
  probeClock(now: () => number, probe: Probe): Promise<readonly ClockSample[]>;
  /** The tables of all keyspaces but Cassandra's own, as ScalarDB understands them. */
  schemas(namespaces: SystemNamespaces): Promise<readonly TableSchema[]>;
  /** One of the disjoint ranges of tokens that a table is read in, at QUORUM. */
  scan(schema: TableSchema, segment: number, segments: number): AsyncGenerator<Page>;
  /** Every secondary index, asked for rows that are there. */
  indexes(): Promise<readonly LookedAtIndex[]>;
  close(): void;
}
